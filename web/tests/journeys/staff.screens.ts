import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { BASE, launchBrowser } from './browser'
import { PAGES } from './pages'
import { visitWithCamera, WIDTHS } from './photographer'
import { signIn } from './steps'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const FIRST = 24
const STAFF = Object.entries(PAGES).filter(([user]) => /^(operator|auditor)/.test(user))
const names = STAFF.flatMap(([, rows]) => rows.map(({ name }) => name))

test.each(WIDTHS)('the pages of operators and auditors at %i px', async (width) => {
  for (const [user, rows] of STAFF) {
    const { page, context, shoot } = await visitWithCamera(browser, width)
    await page.goto(BASE)
    await signIn(page, { user, name: user, roles: [] })
    for (const { name, path, ready, open } of rows) {
      await page.goto(BASE + path)
      await page.locator(ready).first().waitFor()
      await open?.(page)
      await shoot(`${FIRST + names.indexOf(name)}-${name.replaceAll(' ', '-')}`)
    }
    await context.close()
  }
})
