import { expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useCountdown, type CountdownOptions } from '@/composables/useCountdown'
import { serverNow, syncServerClock } from '@/composables/useServerClock'
import { NOW, after } from './support'

function countdownTo(deadline: string | null, options: CountdownOptions = {}) {
  // The visitor's clock is wrong by a year; only the server's counts.
  vi.useFakeTimers({ now: new Date('2025-01-01T00:00:00Z') })
  syncServerClock(NOW)
  const target = ref(deadline)
  const scope = effectScope()
  const countdown = scope.run(() => useCountdown(target, options))
  if (!countdown) throw new Error('no scope')
  return { target, scope, ...countdown }
}

test('it counts to the deadline by the server\'s clock', () => {
  const { seconds } = countdownTo(after(90))
  expect(seconds.value).toBe(90)
  vi.advanceTimersByTime(30_000)
  expect(seconds.value).toBe(60)
  expect(serverNow()).toBe(Date.parse(after(30)))
})

test('a part of a second counts as a whole one, and at the deadline it is over', () => {
  const onEnd = vi.fn()
  const { seconds, running } = countdownTo(after(1.5), { onEnd })
  expect(seconds.value).toBe(2)
  vi.advanceTimersByTime(1499)
  expect(seconds.value).toBe(1)
  expect(onEnd).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect([seconds.value, running.value]).toEqual([0, false])
  expect(onEnd).toHaveBeenCalledOnce()
})

test('a deadline that had passed before is no end to announce', () => {
  const onEnd = vi.fn()
  const { seconds } = countdownTo(after(-1), { onEnd })
  expect(seconds.value).toBe(0)
  expect(onEnd).not.toHaveBeenCalled()
})

test('only the milestones are announced', () => {
  const announced: number[] = []
  countdownTo(after(90), { onMilestone: (seconds) => announced.push(seconds) })
  vi.advanceTimersByTime(90_000)
  expect(announced).toEqual([60, 30, 10, 5])
})

test('a new deadline restarts it, none stops it, and a left screen leaves no timer', async () => {
  const { target, seconds, scope } = countdownTo(after(5))
  target.value = after(20)
  await nextTick()
  expect(seconds.value).toBe(20)
  target.value = null
  await nextTick()
  expect(seconds.value).toBe(0)
  target.value = after(9)
  await nextTick()
  scope.stop()
  expect(vi.getTimerCount()).toBe(0)
})
