import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { inspect } from './axe'
import { BASE, launchBrowser, visit, type Visitor } from './browser'
import { anApplicant, aTakenNumber, callAs, type User } from './demoWorld'
import { confirmCandidate, draw, enterVehicle, putAside, verifyIdentity } from './steps'

let browser: Browser
let visitor: Visitor
let user: User

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  visitor = await visit(browser)
  user = await anApplicant()
  await enterVehicle(visitor.page, user)
  await verifyIdentity(visitor.page, user)
})
afterEach(async () => {
  await visitor.context.close()
  expect(visitor.faults).toEqual([])
})

const heading = (name: string) => visitor.page.getByRole('heading', { name, level: 1 })
/** axe finds nothing serious on the screen as it is now. */
async function expectAccessible(name: string) {
  const { look, flaws } = inspect(visitor.page)
  await look(name)
  expect(flaws).toEqual([])
}

const preselectionId = () => visitor.page.url().split('/').at(-1) ?? ''

test('at zero the drawn numbers are void, while the candidate stays until its own end', async () => {
  const { page } = visitor
  const [number = ''] = await draw(page)
  await putAside(page, number)
  await page.locator('[data-number]').first().waitFor({ state: 'detached', timeout: 30_000 })
  expect(await page.locator(`input[name="candidate"][value="${number}"]`).count()).toBe(1)
  await page.locator('input[name="candidate"]').waitFor({ state: 'detached', timeout: 30_000 })
})

test('both kinds of chances used up: the page turns to the office by itself, and at the next entry too', async () => {
  const { page } = visitor
  // The page's own keyboard would offer no number that is certain to be taken, so another device submits one.
  const path = `/preselections/${preselectionId()}`
  await page.getByRole('tab', { name: '自编' }).click()
  await page.getByRole('button', { name: '确认选号', exact: true }).waitFor()
  const taken = await aTakenNumber(user, path)
  await callAs(user.user, 'POST', `${path}/compositions`, { numbers: [taken] })
  await page.getByText('自编选号个数已用完，已为您切换至随机选号。').waitFor()
  await draw(page)
  await heading('选号机会已用完').waitFor({ timeout: 60_000 })
  await page.goto(BASE)
  await heading('选号机会已用完').waitFor()
  await expectAccessible('exhausted')
})

test('a missed deadline ends the preselection and bars the applicant', async () => {
  const { page } = visitor
  const [number = ''] = await draw(page)
  await putAside(page, number)
  await confirmCandidate(page, number)
  await heading('预选号牌已逾期').waitFor({ timeout: 60_000 })
  await expectAccessible('overdue')
  await page.goto(BASE)
  await heading('已被列入选号黑名单').waitFor()
  expect(await page.getByText(/自动解除时间/).isVisible()).toBe(true)
  await expectAccessible('blacklisted')
})
