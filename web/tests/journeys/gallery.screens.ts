import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { BASE, launchBrowser, visit } from './browser'
import { anApplicant, callAs, codeFor, messagesOf, theClerkOf, vehiclesOf, type User } from './demoWorld'
import { chooseAtProvider, confirmCandidate, draw, fillInformation, putAside, signIn, verifyIdentity } from './steps'

// Every screen as a picture at the two widths, kept beside the documents.
const FOLDER = process.env.XUANHAO_SCREENS ?? '../docs/screens'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

function photographer(page: Page, width: number) {
  const folder = join(FOLDER, String(width))
  mkdirSync(folder, { recursive: true })
  return async (name: string, { fullPage = true } = {}) => {
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined)
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage })
  }
}

test.each([375, 1200])('the applicant\'s screens at %i px', async (width) => {
  const { page, context } = await visit(browser, { width, height: width < 600 ? 740 : 800 })
  const shoot = photographer(page, width)
  const user = await anApplicant()
  const [vehicle] = await vehiclesOf(user.user)
  if (!vehicle) throw new Error('no vehicle')
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  await page.goto(BASE)
  await shoot('01-introduction')
  await button('提交信息').click()
  await page.locator('input#user').waitFor()
  await shoot('02-demo-sign-in')
  await chooseAtProvider(page, user)
  await page.locator(`input[name="office"][value="${vehicle.office_code}"]`).check()
  await shoot('03-office', { fullPage: false })
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
  await shoot('06-code-dialog')
  await dialog.getByRole('button', { name: '提交' }).click()
  await button('开始选号').waitFor()
  await shoot('07-service-notes')
  await selectAndComplete(page, user, shoot)
  await page.goto(`${BASE}/preselections`)
  await page.getByText('已预选').waitFor()
  await shoot('13-my-preselections')
  await page.goto(`${BASE}/segments?office=${vehicle.office_code}`)
  await page.locator('.segment').first().waitFor()
  await shoot('14-segments')
  await page.goto(`${BASE}/demo/phone?user=${user.user}`)
  await shoot('15-demo-phone')
  await context.close()
})

async function selectAndComplete(page: Page, user: User, shoot: (name: string) => Promise<void>) {
  await verifyIdentity(page, user)
  await shoot('08-draw-first')
  const [first = '', second = ''] = await draw(page)
  await putAside(page, second)
  await shoot('09-draw')
  await page.getByRole('tab', { name: '自编' }).click()
  await page.locator('.keyboard:not([aria-busy="true"]) [data-key]:enabled').first().click()
  await shoot('10-compose')
  await page.getByRole('tab', { name: '随机' }).click()
  await putAside(page, first)
  await page.locator('.candidates').getByRole('button', { name: '确认选号' }).click()
  await page.getByRole('button', { name: '确认选用该号牌' }).waitFor()
  await shoot('11-confirmation-sheet')
  await page.getByRole('dialog').getByRole('button', { name: '再想想' }).click()
  await confirmCandidate(page, first)
  await shoot('12-completed')
}

test.each([375, 1200])('the clerk\'s desk at %i px', async (width) => {
  const { page, context } = await visit(browser, { width, height: width < 600 ? 740 : 800 })
  const shoot = photographer(page, width)
  const [vehicle] = await vehiclesOf((await anApplicant()).user)
  const clerk = await theClerkOf(vehicle?.office_code ?? '')
  const { items } = (await callAs(clerk.user, 'GET', '/desk/reservations?stage=completed')) as { items?: { plate: string }[] }
  await page.goto(`${BASE}/desk`)
  await signIn(page, clerk)
  await page.getByRole('heading', { name: '待办预选' }).waitFor()
  await shoot('16-desk')
  const [reservation] = items ?? []
  if (reservation) await page.getByRole('button', { name: `办理 ${reservation.plate}` }).click()
  await shoot('17-desk-reservation')
  await context.close()
})
