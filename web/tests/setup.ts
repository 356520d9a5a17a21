import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, vi } from 'vitest'
import { i18n } from '@/i18n'
import zhCN from '@/i18n/zh-CN'
import staffWords from '@/i18n/staff/zh-CN'

// The router loads the words of the staff pages with the first of them.
i18n.global.setLocaleMessage('zh-CN', { ...zhCN, ...staffWords })

// The countdowns of one test's page would run on into the clock of the next.
enableAutoUnmount(afterEach)

// No test reaches a network: whoever needs an answer gives one.
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  sessionStorage.clear()
  localStorage.clear()
})
