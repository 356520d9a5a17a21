import { ref, shallowRef } from 'vue'
import { sendConfirmationCode } from '@/api/preselections'
import type { LiveCode } from '@/api/types'
import { useAction } from './useAction'
import { serverNow } from './useServerClock'

/** The code of 确认信息: sent once, and typed until it expires, also after a reload of the page. */
export function useConfirmationCode() {
  const sending = useAction((key) => sendConfirmationCode(key))
  const sent = shallowRef<LiveCode | null>(null)
  const checksLeft = ref<number | null>(null)

  /** True if there is a code to type now. */
  const sendCode = async (): Promise<boolean> => {
    const answer = await sending.run()
    if (!answer) return adoptCodeOnItsWay()
    sent.value = answer
    checksLeft.value = answer.checks_left
    return true
  }

  /** After a reload the server still knows of the code that it has sent. */
  const adoptCodeOnItsWay = (): boolean => {
    const { sent_to: sentTo, retry_at: resendAt, expires_at: expiresAt } = sending.problem.value?.facts ?? {}
    if (!sentTo || !resendAt || !expiresAt) return false
    sent.value = { sent_to: sentTo, resend_at: resendAt, expires_at: expiresAt }
    sending.clear()
    return true
  }

  const hasLiveCode = () => sent.value !== null && Date.parse(sent.value.expires_at) > serverNow()

  return { sent, checksLeft, sending, sendCode, hasLiveCode }
}
