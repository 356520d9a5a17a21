import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, vi } from 'vitest'

// The countdowns of one test's page would run on into the clock of the next.
enableAutoUnmount(afterEach)

// No test reaches a network: whoever needs an answer gives one.
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  sessionStorage.clear()
  localStorage.clear()
})
