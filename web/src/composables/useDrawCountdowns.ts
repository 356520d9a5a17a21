import { computed, onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { PreselectionView } from '@/api/types'
import { useAnnouncer } from './useAnnouncer'
import { useCountdown } from './useCountdown'
import { useDeadlineRefresh } from './useDeadlineRefresh'
import { serverNow } from './useServerClock'

type Batch = NonNullable<PreselectionView['batch']>

// Long enough to see which numbers have just gone.
const LAPSED_FOR_MS = 8000

/** The countdowns of the batch and of the candidates, and the batch that has just ended by its countdown. */
export function useDrawCountdowns(view: MaybeRefOrGetter<PreselectionView>, refresh: () => Promise<void>) {
  const { t } = useI18n()
  const { announce } = useAnnouncer()
  const refreshSoon = useDeadlineRefresh(refresh)

  const countdown = (deadline: () => string | undefined, soon: string, gone: string) =>
    useCountdown(computed(deadline), {
      onMilestone: (seconds) => announce(t(soon, { seconds })),
      onEnd: () => {
        announce(t(gone))
        refreshSoon()
      },
    }).seconds

  return {
    batchSeconds: countdown(() => toValue(view).batch?.expires_at, 'draw.batchSoon', 'draw.batchGone'),
    candidateSeconds: countdown(() => toValue(view).candidates?.expires_at, 'draw.candidatesSoon', 'draw.candidatesGone'),
    lapsed: useLapsedBatch(view),
  }
}

function useLapsedBatch(view: MaybeRefOrGetter<PreselectionView>) {
  const lapsed = shallowRef<Batch | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  const forget = () => {
    clearTimeout(timer)
    lapsed.value = null
  }
  watch(
    () => toValue(view).batch,
    (now, before) => {
      if (now) return forget()
      if (!before || serverNow() < Date.parse(before.expires_at)) return
      lapsed.value = before
      timer = setTimeout(forget, LAPSED_FOR_MS)
    },
  )
  onScopeDispose(forget)
  return lapsed
}
