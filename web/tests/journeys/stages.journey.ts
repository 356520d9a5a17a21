import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launchBrowser } from './browser'
import { checkWalk } from './variants'
import { APPLICANT } from './walks/applicant'
import { ENDINGS } from './walks/endings'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test.each([APPLICANT, ...ENDINGS])('no view of $name has a flaw at 320 px, in any language, in dark mode or in large type', (walk) => checkWalk(browser, walk), 240_000)
