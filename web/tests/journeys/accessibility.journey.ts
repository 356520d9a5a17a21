import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inspect, type Inspection } from './axe'
import { BASE, launchBrowser, visit } from './browser'
import { anApplicant, callAs, codeFor, messagesOf, theClerkOf, vehiclesOf, type User } from './demoWorld'
import { chooseAtProvider, confirmCandidate, draw, fillInformation, putAside, signIn } from './steps'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

type Look = Inspection['look']
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

// 320 px twice as fine is what a window of 640 px shows at a zoom of 200 %; what fits there fits a phone of 375 px.
const SIZES = [
  { width: 320, height: 568, scale: 2 },
  { width: 1200, height: 800, scale: 1 },
]

test.each(SIZES)('axe finds nothing serious on any screen at $width px, and nothing has to be scrolled sideways', async ({ width, height, scale }) => {
  const { page, context, faults } = await visit(browser, { width, height }, scale)
  const { look, flaws } = inspect(page, { displays: width === 320 })
  const user = await anApplicant()
  const office = await walkToServiceNotes(page, user, look)
  await walkToThePlates(page, user, look)
  await walkToCompleted(page, look)
  await page.goto(`${BASE}/preselections`)
  await page.getByText('已预选').waitFor()
  await look('my preselections')
  await page.goto(`${BASE}/segments?office=${office}`)
  await page.locator('.segment').first().waitFor()
  await look('segments')
  await page.goto(`${BASE}/fairness`)
  await page.locator('[data-day]').first().waitFor()
  await look('fairness')
  await page.goto(`${BASE}/help`)
  await page.locator('details').first().click()
  await look('help')
  await lookAtTheDemoPhone(page, look)
  await page.goto(`${BASE}/no-such-page`)
  await page.getByRole('heading', { name: '没有找到该页面' }).waitFor()
  await look('no such page')
  const clerk = await visit(browser, { width, height }, scale)
  const desk = inspect(clerk.page)
  await walkAtTheDesk(clerk.page, office, desk.look)
  expect([...flaws, ...desk.flaws, ...faults, ...clerk.faults]).toEqual([])
  await Promise.all([context.close(), clerk.context.close()])
}, 240_000)

/** A phone that has received nothing shows what comes in by itself. */
async function lookAtTheDemoPhone(page: Page, look: Look): Promise<void> {
  await page.goto(`${BASE}/demo/phone`)
  await look('whose demo phone')
  const { user } = await anApplicant()
  await page.goto(`${BASE}/demo/phone?user=${user}`)
  await page.getByText('还没有短信。').waitFor()
  await callAs(user, 'POST', '/verification-codes', { purpose: 'confirm_information' })
  await page.locator('li .code').waitFor()
  expect(await page.locator('li').count()).toBe(1)
  await look('demo phone')
}

/** Answers the office that was chosen. */
async function walkToServiceNotes(page: Page, user: User, look: Look): Promise<string> {
  const [vehicle] = await vehiclesOf(user.user)
  if (!vehicle) throw new Error('no vehicle')
  const office = vehicle.office_code
  await page.goto(BASE)
  await button(page, '提交信息').waitFor()
  await look('introduction')
  await button(page, '提交信息').click()
  await page.locator('input#user').waitFor()
  await look('demo sign-in')
  await chooseAtProvider(page, user)
  await page.locator(`input[name="office"][value="${office}"]`).check()
  await look('office')
  await button(page, '下一步').click()
  await button(page, '阅读并同意').waitFor()
  await look('notice')
  await button(page, '阅读并同意').click()
  await button(page, '获取验证码').click()
  await look('information with flaws')
  await fillInformation(page, vehicle)
  const before = (await messagesOf(user.user)).length
  await button(page, '获取验证码').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('短信验证码').fill(await codeFor(user.user, 'confirm_information', before))
  await look('code dialog')
  await dialog.getByRole('button', { name: '提交' }).click()
  await button(page, '开始选号').waitFor()
  await look('service notes')
  return office
}

async function walkToThePlates(page: Page, user: User, look: Look): Promise<void> {
  await button(page, '开始选号').click()
  await page.getByRole('heading', { name: '身份验证', level: 1 }).waitFor()
  const before = (await messagesOf(user.user)).length
  await button(page, '获取验证码').click()
  await page.getByLabel('短信验证码').fill(await codeFor(user.user, 'confirm_identity', before))
  await look('identity')
  await button(page, '确认').click()
  await page.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
  await page.getByRole('button', { name: '随机一次(5)' }).waitFor()
  await look('draw before the first')
}

async function walkToCompleted(page: Page, look: Look): Promise<void> {
  await page.getByRole('tab', { name: '自编' }).click()
  await page.locator('.keyboard:not([aria-busy="true"]) [data-key]:enabled').first().click()
  await look('compose')
  await button(page, '找号与收藏').click()
  const finder = page.getByRole('dialog')
  await finder.getByLabel('类型').selectOption('triple')
  await finder.getByRole('button', { name: '查找' }).click()
  await finder.getByRole('button', { name: /^收藏/ }).first().click()
  await look('finding numbers')
  await finder.locator('[data-found]').first().click()
  await finder.getByText(/已填入第.意向/).waitFor()
  await finder.getByRole('button', { name: '关闭' }).click()
  await page.getByRole('tab', { name: '随机' }).click()
  const [first = ''] = await draw(page)
  await putAside(page, first)
  await look('draw')
  await page.locator('.selection-bar').getByRole('button', { name: '确认选号' }).click()
  await button(page, '确认选用该号牌').waitFor()
  await look('confirmation sheet')
  await page.getByRole('dialog').getByRole('button', { name: '再想想' }).click()
  await confirmCandidate(page, first)
  await button(page, '打印预选号凭证').waitFor()
  await look('completed')
}

async function walkAtTheDesk(page: Page, office: string, look: Look): Promise<void> {
  const clerk = await theClerkOf(office)
  const { items } = (await callAs(clerk.user, 'GET', '/desk/reservations?stage=completed')) as { items: { plate: string }[] }
  await page.goto(`${BASE}/desk`)
  await signIn(page, clerk)
  await page.getByRole('heading', { name: '待办预选' }).waitFor()
  await page.getByRole('button', { name: `办理 ${items[0]?.plate}` }).waitFor()
  await look('desk')
  await page.getByRole('button', { name: `办理 ${items[0]?.plate}` }).click()
  await button(page, '确认办理').waitFor()
  await look('desk reservation')
  await button(page, '驳回').click()
  await page.getByRole('dialog').getByRole('textbox').waitFor()
  await look('desk rejection')
}
