import { disableAutoUnmount, enableAutoUnmount } from '@vue/test-utils'
import { afterEach, vi } from 'vitest'

// The files of a worker share its browser and the packages; the pages' own modules, which keep what was read, are new for each.
vi.resetModules()
document.body.replaceChildren()
for (const name of document.documentElement.getAttributeNames()) document.documentElement.removeAttribute(name)

const [{ i18n }, { default: zhCN }, { default: staffWords }] = await Promise.all([import('@/i18n'), import('@/i18n/zh-CN'), import('@/i18n/staff/zh-CN')])
// The router loads the words of the staff pages with the first of them.
i18n.global.setLocaleMessage('zh-CN', { ...zhCN, ...staffWords })

// The countdowns of one test's page would run on into the clock of the next.
disableAutoUnmount()
enableAutoUnmount(afterEach)

// No test reaches a network: whoever needs an answer gives one.
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  sessionStorage.clear()
  localStorage.clear()
})
