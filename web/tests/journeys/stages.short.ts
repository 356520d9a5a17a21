import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { launchBrowser } from './browser'
import { checkStage, SHORT_STAGES } from './stages'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test.each(SHORT_STAGES)('$name has no flaw at 320 px, in any language, in dark mode or in large type', (row) => checkStage(browser, row))
