import { afterEach, vi } from 'vitest'

// No test reaches a network: whoever needs an answer gives one.
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  sessionStorage.clear()
  localStorage.clear()
})
