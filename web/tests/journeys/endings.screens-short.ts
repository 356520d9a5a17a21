import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { BASE, launchBrowser } from './browser'
import { aTakenNumber, anApplicant, callAs, theClerkOf } from './demoWorld'
import { visitWithCamera, WIDTHS } from './photographer'
import { confirmCandidate, draw, enterVehicle, putAside, verifyIdentity } from './steps'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })
const pathOf = (page: Page) => `/preselections/${page.url().split('/').at(-1)}`

async function complete(page: Page) {
  const [number = ''] = await draw(page)
  await putAside(page, number)
  await confirmCandidate(page, number)
}

test.each(WIDTHS)('used up at %i px', async (width) => {
  const { page, context, shoot } = await visitWithCamera(browser, width)
  const user = await anApplicant()
  await enterVehicle(page, user)
  await verifyIdentity(page, user)
  await page.getByRole('tab', { name: '自编' }).click()
  await page.getByRole('button', { name: '确认选号', exact: true }).waitFor()
  const taken = await aTakenNumber(user, pathOf(page))
  await callAs(user.user, 'POST', `${pathOf(page)}/compositions`, { numbers: [taken] })
  await page.getByText('自编选号个数已用完，已为您切换至随机选号。').waitFor()
  await shoot('19-changed-to-draw')
  await draw(page)
  await heading(page, '选号机会已用完').waitFor({ timeout: 60_000 })
  await shoot('20-exhausted')
  await context.close()
})

test.each(WIDTHS)('overdue and blacklisted at %i px', async (width) => {
  const { page, context, shoot } = await visitWithCamera(browser, width)
  const user = await anApplicant()
  await enterVehicle(page, user)
  await verifyIdentity(page, user)
  await complete(page)
  await heading(page, '预选号牌已逾期').waitFor({ timeout: 60_000 })
  await shoot('21-overdue')
  await page.goto(BASE)
  await heading(page, '已被列入选号黑名单').waitFor()
  await shoot('22-blacklisted')
  await context.close()
})

test.each(WIDTHS)('confirmed by the office at %i px', async (width) => {
  const { page, context, shoot } = await visitWithCamera(browser, width)
  const user = await anApplicant()
  const { office_code: office } = await enterVehicle(page, user)
  await verifyIdentity(page, user)
  await complete(page)
  const clerk = await theClerkOf(office)
  await callAs(clerk.user, 'POST', `/desk${pathOf(page)}/confirmation`)
  await heading(page, '已办理完成').waitFor()
  await shoot('23-registered')
  await context.close()
})
