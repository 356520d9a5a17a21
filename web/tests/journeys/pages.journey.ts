import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE, launchBrowser, visit } from './browser'
import { PAGES, prepareAffairs, type PageRow } from './pages'
import { signIn } from './steps'
import { flawsInAllVariants } from './variants'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
  await prepareAffairs()
})
afterAll(() => browser.close())

async function open(page: Page, { path, ready, open: act }: PageRow): Promise<void> {
  await page.goto(BASE + path)
  await page.locator(ready).first().waitFor()
  await act?.(page)
  await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => undefined)
}

test.each(Object.entries(PAGES))('no page of %s has a flaw at 320 px, in any language, in dark mode or in large type', async (user, rows) => {
  const { page, context, faults } = await visit(browser, { width: 320, height: 568 })
  if (user !== 'nobody') {
    await page.goto(BASE)
    await signIn(page, { user, name: user, roles: [] })
  }
  const flaws: string[] = []
  for (const row of rows) {
    await open(page, row).catch((error: unknown) => flaws.push(`${row.name} does not open: ${String(error).slice(0, 300)}`))
    flaws.push(...(await flawsInAllVariants(page, row.name)))
  }
  expect([...flaws, ...faults]).toEqual([])
  await context.close()
})
