import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE, launchBrowser, visit } from './browser'
import { anApplicant, callAs, theClerkOf } from './demoWorld'
import { confirmCandidate, draw, enterVehicle, putAside, signIn, verifyIdentity } from './steps'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('a clerk finds the reservation, confirms it, and the applicant sees it at once', async () => {
  const user = await anApplicant()
  const applicant = await visit(browser)
  const { office_code: office } = await enterVehicle(applicant.page, user)
  await verifyIdentity(applicant.page, user)
  const [number = ''] = await draw(applicant.page)
  await putAside(applicant.page, number)
  await confirmCandidate(applicant.page, number)

  const clerk = await visit(browser, { width: 1200, height: 800 })
  await clerk.page.goto(`${BASE}/desk`)
  await signIn(clerk.page, await theClerkOf(office))
  await clerk.page.getByLabel('按号牌号码查询').fill(number)
  await clerk.page.getByRole('button', { name: '查询', exact: true }).click()
  await clerk.page.getByRole('button', { name: `办理 ${number}` }).click()
  await clerk.page.getByRole('button', { name: '确认办理' }).click()
  await clerk.page.getByText(`已确认 ${number}`).waitFor()
  await applicant.page.getByRole('heading', { name: '已办理完成' }).waitFor()

  const [latest] = (await callAs(user.user, 'GET', '/preselections') as { items: { stage: string; plate: string }[] }).items
  expect(latest).toMatchObject({ stage: 'registered', plate: number })
  expect([...applicant.faults, ...clerk.faults]).toEqual([])
  await Promise.all([applicant.context.close(), clerk.context.close()])
})

test('an applicant has no way to the desk', async () => {
  const { page, context } = await visit(browser)
  await page.goto(`${BASE}/desk`)
  await signIn(page, await anApplicant())
  await page.getByRole('heading', { name: '当前登录的账户没有使用本页的权限。' }).waitFor()
  await context.close()
})
