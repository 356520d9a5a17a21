import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { BASE, launchBrowser } from './browser'
import { anApplicant, callAs, codeFor, messagesOf, theClerkOf, vehiclesOf, type User } from './demoWorld'
import { visitWithCamera, WIDTHS, type Shoot } from './photographer'
import { chooseAtProvider, confirmCandidate, draw, fillInformation, putAside, signIn } from './steps'

let browser: Browser
/** Where the applicants of the first pictures have reserved their plates. */
let office = ''
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test.each(WIDTHS)('the applicant\'s screens at %i px', async (width) => {
  const { page, context, shoot } = await visitWithCamera(browser, width)
  const user = await anApplicant()
  const [vehicle] = await vehiclesOf(user.user)
  if (!vehicle) throw new Error('no vehicle')
  office = vehicle.office_code
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  await page.goto(BASE)
  await shoot('01-introduction')
  await button('提交信息').click()
  await page.locator('input#user').waitFor()
  await shoot('02-demo-sign-in')
  await chooseAtProvider(page, user)
  const choice = page.locator('label', { has: page.locator(`input[name="office"][value="${vehicle.office_code}"]`) })
  await choice.waitFor()
  await page.getByLabel('按名称或地址查找车管所').fill((await choice.locator('strong').textContent())?.slice(0, 3) ?? '')
  await choice.click()
  await shoot('03-office')
  await button('下一步').click()
  await button('阅读并同意').waitFor()
  await shoot('04-notice')
  await button('阅读并同意').click()
  await button('获取验证码').click()
  await shoot('05-information-incomplete')
  await fillInformation(page, vehicle)
  const before = (await messagesOf(user.user)).length
  await button('获取验证码').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('短信验证码').fill(await codeFor(user.user, 'confirm_information', before))
  await shoot('06-code-dialog', { fullPage: false })
  await dialog.getByRole('button', { name: '提交' }).click()
  await button('开始选号').waitFor()
  await shoot('07-service-notes')
  await selectAndComplete(page, user, shoot)
  await page.goto(`${BASE}/preselections`)
  await page.getByText('已预选').waitFor()
  await shoot('14-my-preselections')
  await page.goto(`${BASE}/segments?office=${vehicle.office_code}`)
  await page.locator('.segment').first().waitFor()
  await shoot('15-segments')
  await page.goto(`${BASE}/demo/phone?user=${user.user}`)
  await shoot('16-demo-phone')
  await context.close()
})

async function verifyAndShoot(page: Page, user: User, shoot: Shoot) {
  await page.getByRole('button', { name: '开始选号' }).click()
  await page.getByRole('heading', { name: '身份验证', level: 1 }).waitFor()
  const before = (await messagesOf(user.user)).length
  await page.getByRole('button', { name: '获取验证码' }).click()
  await page.getByLabel('短信验证码').fill(await codeFor(user.user, 'confirm_identity', before))
  await shoot('08-identity')
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await page.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
}

async function selectAndComplete(page: Page, user: User, shoot: Shoot) {
  await verifyAndShoot(page, user, shoot)
  await shoot('09-draw-first')
  const [first = '', second = ''] = await draw(page)
  await putAside(page, second)
  await shoot('10-draw')
  await page.getByRole('tab', { name: '自编' }).click()
  await page.locator('.keyboard:not([aria-busy="true"]) [data-key]:enabled').first().click()
  await shoot('11-compose')
  await page.getByRole('tab', { name: '随机' }).click()
  await putAside(page, first)
  await page.locator('.selection-bar').getByRole('button', { name: '确认选号' }).click()
  await page.getByRole('button', { name: '确认选用该号牌' }).waitFor()
  await shoot('12-confirmation-sheet', { fullPage: false })
  await page.getByRole('dialog').getByRole('button', { name: '再想想' }).click()
  await confirmCandidate(page, first)
  await shoot('13-completed')
}

test.each(WIDTHS)('the clerk\'s desk at %i px', async (width) => {
  const { page, context, shoot } = await visitWithCamera(browser, width)
  const clerk = await theClerkOf(office)
  const { items } = (await callAs(clerk.user, 'GET', '/desk/reservations?stage=completed')) as { items: { plate: string }[] }
  await page.goto(`${BASE}/desk`)
  await signIn(page, clerk)
  await page.getByRole('heading', { name: '待办预选' }).waitFor()
  await shoot('17-desk')
  await page.getByRole('button', { name: `办理 ${items[0]?.plate}` }).click()
  await page.getByRole('button', { name: '确认办理' }).waitFor()
  await shoot('18-desk-reservation')
  await context.close()
})
