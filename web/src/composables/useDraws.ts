import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { chooseCandidate, confirmCandidate, draw as drawBatch } from '@/api/preselections'
import type { PreselectionView } from '@/api/types'
import { useAction } from './useAction'
import { useOwnNonces } from './useOwnNonces'
import type { PreselectionContext } from './usePreselection'

type Context = Pick<PreselectionContext, 'id' | 'apply' | 'refresh'>

/** Draws and candidates of one preselection. After a refusal the view is read again, since it was out of date. */
export function useDraws(view: MaybeRefOrGetter<PreselectionView>, { id, apply, refresh }: Context) {
  const { nonceFor, keep } = useOwnNonces(id)
  const drawing = useAction(async (key, body: { exclude_four: boolean; prefix?: string }) => {
    const nonce = nonceFor(key)
    const next = await drawBatch(id, { ...body, ...(nonce ? { nonce } : {}) }, key)
    if (nonce) keep(next, nonce)
    return next
  })
  const choosing = useAction((key, number: string) => chooseCandidate(id, number, key))

  // If the server does not send the initial number, a batch, a candidate or a falling count shows that there was a draw.
  const hasDrawn = ref(false)
  const initial = toValue(view).draws.total
  watch(
    () => toValue(view),
    ({ batch, candidates, draws }) => {
      hasDrawn.value ||= batch !== null || candidates !== null || draws.remaining < initial
    },
    { immediate: true },
  )

  // The pressed number shows at once that its choice is under way.
  const choosingNumber = ref('')

  const take = async (answer: Promise<PreselectionView | null>) => {
    const next = await answer
    if (next) apply(next)
    else await refresh()
  }

  return {
    hasDrawn,
    drawing: drawing.busy,
    drawProblem: drawing.problem,
    choosing: choosingNumber,
    chooseProblem: choosing.problem,
    draw: async (excludeFour: boolean, prefix: string) => {
      choosing.clear()
      if (!drawing.busy.value) await take(drawing.run({ exclude_four: excludeFour, ...(prefix ? { prefix } : {}) }))
    },
    choose: async (number: string) => {
      if (choosing.busy.value) return
      choosingNumber.value = number
      await take(choosing.run(number)).finally(() => {
        choosingNumber.value = ''
      })
    },
  }
}

/** The final confirmation of one candidate. */
export function useCandidateConfirmation({ id, apply, refresh }: Context) {
  const confirming = useAction((key, number: string) => confirmCandidate(id, number, key))
  const confirm = async (number: string) => {
    if (confirming.busy.value) return
    const next = await confirming.run(number)
    if (next) apply(next)
    else await refresh()
  }
  return { confirm, busy: computed(() => confirming.busy.value), problem: confirming.problem, clear: confirming.clear }
}
