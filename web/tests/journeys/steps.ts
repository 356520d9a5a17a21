import type { Locator, Page } from 'playwright-core'
import { BASE } from './browser'
import { codeFor, messagesOf, vehiclesOf, type User, type Vehicle } from './demoWorld'

/** What an applicant does, step by step, in the words of the page. */
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })

export async function signIn(page: Page, user: User): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: '登录' }).click()
  await chooseAtProvider(page, user)
}

export async function chooseAtProvider(page: Page, user: User): Promise<void> {
  await page.locator('input#user').fill(user.user)
  await page.locator('form:has(input#user) button').click()
  await page.waitForURL((address) => !address.pathname.startsWith('/demo/') && !address.pathname.startsWith('/signin/'))
}

/** From the explanation of the service to 选号服务说明. Answers the vehicle that was entered. */
export async function enterVehicle(page: Page, user: User, { reloading = false } = {}): Promise<Vehicle> {
  const [vehicle] = await vehiclesOf(user.user)
  if (!vehicle) throw new Error(`${user.user} has no vehicle`)
  await page.goto(BASE)
  await button(page, '提交信息').click()
  await chooseAtProvider(page, user)
  const office = page.locator(`input[name="office"][value="${vehicle.office_code}"]`)
  await office.waitFor()
  if (reloading) await page.reload()
  await office.check()
  await button(page, '下一步').click()
  await button(page, '阅读并同意').waitFor()
  if (reloading) await page.reload()
  await button(page, '阅读并同意').click()
  if (reloading) await forgetTheForm(page)
  await fillInformation(page, vehicle)
  const before = (await messagesOf(user.user)).length
  await button(page, '获取验证码').click()
  await page.getByRole('dialog').getByLabel('短信验证码').fill(await codeFor(user.user, 'confirm_information', before))
  await page.getByRole('dialog').getByRole('button', { name: '提交' }).click()
  await page.getByRole('heading', { name: '选号服务说明', level: 1 }).waitFor()
  return vehicle
}

/** What was typed is personal and kept in memory only, so a reload leads back to the notice, whose agreement comes first. */
async function forgetTheForm(page: Page): Promise<void> {
  await page.locator('input[name="vin"]').fill('L')
  await page.reload()
  await button(page, '阅读并同意').click()
  const kept = await page.locator('input[name="vin"]').inputValue()
  if (kept) throw new Error(`the reload has kept ${kept}`)
}

export async function fillInformation(page: Page, { certificate_number, vin, seller }: Vehicle): Promise<void> {
  await page.locator('input[name="certificate_number"]').fill(certificate_number)
  await page.locator('input[name="vin"]').fill(vin)
  await page.locator(`input[name="seller_kind"][value="${seller.kind}"]`).check()
  await page.locator('input[name="seller_name"]').fill(seller.name)
  await page.locator('input[name="seller_id_number"]').fill(seller.id_number)
}

/** From 选号服务说明 to 预选号牌. */
export async function verifyIdentity(page: Page, user: User): Promise<void> {
  await button(page, '开始选号').click()
  await page.getByRole('heading', { name: '身份验证', level: 1 }).waitFor()
  const before = (await messagesOf(user.user)).length
  await button(page, '获取验证码').click()
  await page.getByLabel('短信验证码').fill(await codeFor(user.user, 'confirm_identity', before))
  await button(page, '确认').click()
  await page.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
}

export async function draw(page: Page): Promise<string[]> {
  const before = await page.evaluate(() => document.querySelector('[data-number]')?.getAttribute('data-number') ?? null)
  await button(page, /^(随机一次|换一批)\(\d\)$/).click()
  await page.waitForFunction((old) => {
    const first = document.querySelector('[data-number]')?.getAttribute('data-number')
    return first !== undefined && first !== old
  }, before)
  return page.locator('[data-number]').evaluateAll((plates) => plates.map((plate) => plate.getAttribute('data-number') ?? ''))
}

export async function putAside(page: Page, number: string): Promise<void> {
  await page.locator(`[data-number="${number}"]`).click()
  await page.locator(`input[name="candidate"][value="${number}"]`).waitFor()
}

export async function confirmCandidate(page: Page, number: string): Promise<void> {
  await page.locator(`input[name="candidate"][value="${number}"]`).check()
  await page.locator('.selection-bar').getByRole('button', { name: '确认选号' }).click()
  await button(page, '确认选用该号牌').click()
  await page.getByRole('heading', { name: '完成号牌预选', level: 1 }).waitFor()
}

/** Composes one number of keys that can be pressed, any of them, so that no two journeys want the same. */
export async function composeFree(page: Page, press: (key: Locator) => Promise<void> = (key) => key.click()): Promise<string> {
  const plate = page.locator('.slot svg').first()
  for (let typed = 0; typed < 5; typed++) {
    await page.locator('.keyboard[aria-busy="false"]').waitFor()
    const keys = page.locator('.keyboard .block:not(.functions) [data-key]:enabled')
    await press(keys.nth(Math.floor(Math.random() * (await keys.count()))))
    await page.waitForFunction(
      ([length]) => document.querySelector('.slot svg')?.getAttribute('data-plate')?.length === length,
      [2 + typed + 1],
    )
  }
  return (await plate.getAttribute('data-plate')) ?? ''
}

/** Through the last look at what was composed. */
export async function submitComposition(page: Page): Promise<void> {
  await button(page, '确认选号').locator('visible=true').click()
  await button(page, '提交验证').click()
}
