import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { serverNow } from './useServerClock'

export interface CountdownOptions {
  /** Called once when the deadline is reached while the page is visible. */
  onEnd?: () => void
  /** Called with the seconds left when one of MILESTONES is passed, for the screen reader. */
  onMilestone?: (seconds: number) => void
}

/** Announced to screen readers, instead of every second. */
const MILESTONES = new Set([60, 30, 10, 5])

/** Counts down to an instant of the server. `seconds` is rounded up, so 0 means that it is over. */
export function useCountdown(deadline: Ref<string | null | undefined>, options: CountdownOptions = {}) {
  const seconds = ref(0)
  let timer: ReturnType<typeof setTimeout> | undefined

  const tick = () => {
    clearTimeout(timer)
    if (!deadline.value) {
      seconds.value = 0
      return
    }
    const left = Date.parse(deadline.value) - serverNow()
    const before = seconds.value
    seconds.value = Math.max(0, Math.ceil(left / 1000))
    if (seconds.value !== before && MILESTONES.has(seconds.value)) options.onMilestone?.(seconds.value)
    if (left > 0) timer = setTimeout(tick, untilNextSecond(left))
    else if (before > 0) options.onEnd?.()
  }

  watch(deadline, tick, { immediate: true })
  // A suspended or hidden page has missed ticks.
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', tick)
  })

  return { seconds, running: computed(() => seconds.value > 0) }
}

function untilNextSecond(left: number): number {
  return left % 1000 || 1000
}
