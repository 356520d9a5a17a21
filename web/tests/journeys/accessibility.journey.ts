import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspect, type Inspection } from './axe'
import { BASE, launchBrowser, visit } from './browser'
import { anApplicant, callAs } from './demoWorld'
import { APPLICANT } from './walks/applicant'
import { PAGES } from './walks/pages'
import { STAFF } from './walks/staff'
import { goThrough } from './walks/walk'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

// At 320 px other journeys check every view in every variant.
test.each([...PAGES, APPLICANT, ...STAFF])('axe finds nothing in any view of $name at 1200 px, and nothing has to be scrolled sideways', async (walk) => {
  let inspection: Inspection | null = null
  const faults = await goThrough(browser, walk, { width: 1200, height: 800 }, async (page, name) => {
    inspection ??= inspect(page)
    await inspection.look(name)
  })
  expect([...((inspection as Inspection | null)?.flaws ?? []), ...faults]).toEqual([])
}, 240_000)

test('a demo phone that has received nothing shows what comes in by itself', async () => {
  const { page, context, faults } = await visit(browser)
  const { user } = await anApplicant()
  await page.goto(`${BASE}/demo/phone?user=${user}`)
  await page.getByText('还没有短信。').waitFor()
  await callAs(user, 'POST', '/verification-codes', { purpose: 'confirm_information' })
  await page.locator('li .code').waitFor()
  expect(await page.locator('li').count()).toBe(1)
  expect(faults).toEqual([])
  await context.close()
})
