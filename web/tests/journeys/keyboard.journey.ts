import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { BASE, theBrowser, visit } from './browser'
import { callAs, codeFor, messagesOf, vehiclesOf, type User, type Vehicle } from './demoWorld'
import { anApplicant } from './people'

const browser = await theBrowser()

const MOST_STOPS = 80
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const holdsFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement)

/** Presses Tab until the focus is there, and sees that it shows. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let stops = 0; !(await holdsFocus(target)); stops++) {
    if (stops === MOST_STOPS) throw new Error(`Tab never reaches ${target}`)
    await page.keyboard.press('Tab')
  }
  expect(await target.evaluate((element) => element.matches(':focus-visible')), `the focus shows on ${target}`).toBe(true)
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.type(text)
}

/** Of a group of radio buttons Tab reaches one; arrows go on from there. */
async function chooseRadio(page: Page, group: string, value: string): Promise<void> {
  const radios = page.locator(`input[name="${group}"]`)
  await radios.first().waitFor()
  const checked = page.locator(`input[name="${group}"]:checked`)
  await press(page, (await checked.count()) > 0 ? checked : radios.first(), 'Space')
  for (let turns = await radios.count(); (await checked.inputValue()) !== value; turns--) {
    if (turns === 0) throw new Error(`no arrow leads to ${value} of ${group}`)
    await page.keyboard.press('ArrowDown')
  }
}

async function toTheInformation(page: Page, user: User, { office_code: office }: Vehicle): Promise<void> {
  await page.goto(BASE)
  await press(page, button(page, '提交信息'))
  await type(page, page.locator('input#user'), user.user)
  await page.keyboard.press('Enter')
  await chooseRadio(page, 'office', office)
  await press(page, button(page, '下一步'))
  await press(page, button(page, '阅读并同意'))
}

async function giveTheInformation(page: Page, user: User, { certificate_number, vin, seller }: Vehicle): Promise<void> {
  await type(page, page.locator('input[name="certificate_number"]'), certificate_number)
  await type(page, page.locator('input[name="vin"]'), vin)
  await chooseRadio(page, 'seller_kind', seller.kind)
  await type(page, page.locator('input[name="seller_name"]'), seller.name)
  await type(page, page.locator('input[name="seller_id_number"]'), seller.id_number)
  const before = (await messagesOf(user.user)).length
  await press(page, button(page, '获取验证码'))
  const field = page.getByRole('dialog').getByLabel('短信验证码')
  const code = await codeFor(user.user, 'confirm_information', before)
  await type(page, field, code)
  await page.keyboard.press('Enter')
  await press(page, button(page, '开始选号'))
}

async function proveTheIdentity(page: Page, user: User): Promise<void> {
  await page.getByRole('heading', { name: '身份验证', level: 1 }).waitFor()
  const before = (await messagesOf(user.user)).length
  await press(page, button(page, '获取验证码'))
  const code = await codeFor(user.user, 'confirm_identity', before)
  await type(page, page.getByLabel('短信验证码'), code)
  await press(page, button(page, '确认'))
  await page.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
}

test('by keyboard alone: from the introduction to a reserved plate by draw', async () => {
  const { page, context, faults } = await visit(browser)
  const user = await anApplicant()
  const [vehicle] = await vehiclesOf(user.user)
  if (!vehicle) throw new Error('no vehicle')
  await toTheInformation(page, user, vehicle)
  await giveTheInformation(page, user, vehicle)
  await proveTheIdentity(page, user)

  // Arrows go from tab to tab and back.
  await tabTo(page, page.getByRole('tab', { name: '随机' }))
  await page.keyboard.press('ArrowRight')
  expect(await holdsFocus(page.getByRole('tab', { name: '自编' }))).toBe(true)
  await page.keyboard.press('ArrowLeft')
  await press(page, page.getByLabel('不包含4'), 'Space')
  await press(page, button(page, '随机一次(5)'))
  const plate = page.locator('[data-number]').first()
  const number = (await plate.getAttribute('data-number')) ?? ''
  expect(number).not.toContain('4')
  await press(page, plate, 'Space')
  await page.locator(`input[name="candidate"][value="${number}"]`).waitFor()
  await press(page, page.locator('.selection-bar').getByRole('button', { name: '确认选号' }))
  await press(page, button(page, '确认选用该号牌'))
  await page.getByRole('heading', { name: '完成号牌预选', level: 1 }).waitFor()

  const { items } = (await callAs(user.user, 'GET', '/preselections')) as { items: { stage: string; plate: string }[] }
  expect(items).toMatchObject([{ stage: 'completed', plate: number }])
  expect(faults).toEqual([])
  await context.close()
}, 240_000)
