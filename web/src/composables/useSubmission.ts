import { shallowRef } from 'vue'
import type { Router } from 'vue-router'
import { createPreselection } from '@/api/preselections'
import type { Problem } from '@/api/problem'
import type { NewPreselection } from '@/api/types'
import { useAction } from './useAction'
import { useApplication } from './useApplication'
import { useConfirmationCode } from './useConfirmationCode'

/** `refused`: shown on the page behind the dialog; `try-again`: shown in the dialog. */
export type SubmissionOutcome = 'passed' | 'refused' | 'try-again'

interface SubmissionOptions {
  takeFieldRefusal: (problem: Problem) => boolean
  router: Router
}

// These concern the code or pass with time, so the dialog stays open for another attempt.
const ABOUT_THE_CODE = new Set([
  'code_incorrect',
  'code_expired',
  'code_not_sent',
  'code_attempts_exceeded',
  'offline',
  'unavailable',
  'outcome_unknown',
])

/** The second half of 确认信息: the code is sent, typed into the dialog, and everything goes to the check. */
export function useSubmission(office: string, { takeFieldRefusal, router }: SubmissionOptions) {
  const { form, agreed, requireNewAgreement, reset } = useApplication()
  const { sent, checksLeft, sending, sendCode: send, hasLiveCode } = useConfirmationCode()
  const submitting = useAction((key, body: NewPreselection) => createPreselection(body, key))
  const refusal = shallowRef<Problem | null>(null)
  const codeProblem = shallowRef<Problem | null>(null)

  const bodyWith = (code: string): NewPreselection => ({
    office_code: office,
    notice_version: agreed.value?.version ?? '',
    certificate_number: form.certificateNumber.trim(),
    vin: form.vin.trim(),
    seller: { kind: form.sellerKind, name: form.sellerName.trim(), id_number: form.sellerIdNumber.trim() },
    code,
  })

  const submit = async (code: string): Promise<SubmissionOutcome> => {
    refusal.value = null
    codeProblem.value = null
    const view = await submitting.run(bodyWith(code))
    if (view) {
      reset()
      await router.replace(`/preselections/${view.id}`)
      return 'passed'
    }
    return submitting.problem.value ? settle(submitting.problem.value) : 'try-again'
  }

  const settle = (problem: Problem): SubmissionOutcome => {
    if (ABOUT_THE_CODE.has(problem.code)) {
      codeProblem.value = problem
      return 'try-again'
    }
    if (problem.code === 'notice_outdated') {
      requireNewAgreement()
      void router.push(`/apply/${office}/notice`)
    } else if (!takeFieldRefusal(problem)) {
      if (problem.code === 'information_mismatch' && checksLeft.value) checksLeft.value -= 1
      refusal.value = problem
    }
    return 'refused'
  }

  return {
    sent,
    checksLeft,
    refusal,
    codeProblem,
    sending: sending.busy,
    sendProblem: sending.problem,
    submitting: submitting.busy,
    hasLiveCode,
    sendCode: () => {
      codeProblem.value = null
      return send()
    },
    submit,
  }
}
