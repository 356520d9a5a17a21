import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { useCountdown } from './useCountdown'
import { useInstants } from './useInstants'
import type { Problem } from '@/api/problem'

// Longer waits are shown as an instant, shorter ones count down.
const COUNTED_SECONDS = 600
// The reasons have their own list, and a visitor repeats a request by pressing again.
const OWN_WORDS = new Set(['vehicle_not_eligible', 'outcome_unknown'])

/** The words for a problem: the server's own where it gave some, ours where only the client knows. */
export function useProblemWords(source: MaybeRefOrGetter<Problem | null>) {
  const { t, te } = useI18n()
  const { formatInstant } = useInstants()
  const problem = computed(() => toValue(source))
  const retryAt = computed(() => problem.value?.facts.retry_at ?? null)
  const { seconds } = useCountdown(retryAt)

  const isServers = computed(() => problem.value !== null && problem.value.detail !== '' && !OWN_WORDS.has(problem.value.code))
  /** The server's words stay in the language in which they came, also when the reader chooses another one. */
  const language = computed(() => (isServers.value ? problem.value?.language : undefined))

  const text = computed(() => {
    if (!problem.value) return ''
    const { code, detail } = problem.value
    if (isServers.value) return detail
    return t(te(`problems.${code}`) ? `problems.${code}` : 'problems.unknown')
  })

  const flaws = computed(() => (problem.value?.facts.errors ?? []).map(({ message }) => message))

  const reasons = computed(() =>
    (problem.value?.facts.reasons ?? []).map((reason) => (te(`reasons.${reason}`) ? t(`reasons.${reason}`) : reason)),
  )

  const waiting = computed(() => {
    if (!retryAt.value || seconds.value === 0) return ''
    if (seconds.value <= COUNTED_SECONDS) return t('common.retryIn', { seconds: seconds.value })
    return t('common.retryAfter', { instant: formatInstant(retryAt.value) })
  })

  return { text, language, flaws, reasons, waiting }
}
