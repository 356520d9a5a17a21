import type { Page } from 'playwright-core'
import { aTakenNumber, callAs, codeFor, messagesOf, theClerkOf, vehiclesOf, type User, type Vehicle } from '../demoWorld'
import { anApplicant } from '../people'
import { postUntilAllowed } from '../shortcuts'
import { composeFree, confirmCandidate, draw, fillInformation, putAside } from '../steps'
import type { View, Walk } from './walk'

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const dialogOf = (page: Page) => page.getByRole('dialog')
const pathOf = (page: Page) => `/preselections/${page.url().split('/').at(-1)}`

/** Presses a button that sends a code, and types the code that comes. */
async function typeCode(page: Page, user: User, purpose: string, press: () => Promise<void>): Promise<string> {
  const before = (await messagesOf(user.user)).length
  await press()
  const code = await codeFor(user.user, purpose, before)
  await page.getByLabel('短信验证码').fill(code)
  return code
}

function informationViews(user: User, vehicle: Vehicle): View[] {
  const getCode = (page: Page) => () => button(page, '获取验证码').click()
  let code = ''
  return [
    { name: 'offices', path: '/apply/office', ready: 'input[name="office"]', open: (page) => page.locator(`input[value="${vehicle.office_code}"]`).check() },
    { name: 'notice', open: async (page) => (await button(page, '下一步').click(), await button(page, '阅读并同意').waitFor()) },
    { name: 'information', open: async (page) => (await button(page, '阅读并同意').click(), await page.locator('input[name="vin"]').waitFor()) },
    { name: 'information incomplete', open: (page) => getCode(page)() },
    {
      name: 'code dialog',
      open: async (page) => {
        await fillInformation(page, vehicle)
        await page.locator('input[name="seller_name"]').fill('无此卖方')
        code = await typeCode(page, user, 'confirm_information', getCode(page))
      },
    },
    {
      name: 'information mismatch',
      open: async (page) => {
        await button(page, '提交').click()
        await page.locator('[data-code="information_mismatch"]').waitFor()
      },
    },
    {
      name: 'service notes',
      open: async (page) => {
        await page.locator('input[name="seller_name"]').fill(vehicle.seller.name)
        await getCode(page)()
        // The code that was sent is still good, so none is sent again.
        await page.getByLabel('短信验证码').fill(code)
        await button(page, '提交').click()
        await button(page, '开始选号').waitFor()
      },
    },
  ]
}

async function enterFromAnotherDevice(page: Page, user: User): Promise<void> {
  await callAs(user.user, 'POST', '/entries', {})
  await page.getByText('该预选在另一台设备或另一个窗口重新进入').waitFor()
}

async function typeIdentityCode(page: Page, user: User): Promise<void> {
  await button(page, '开始选号').click()
  await page.getByRole('heading', { name: '身份验证', level: 1 }).waitFor()
  await typeCode(page, user, 'confirm_identity', () => button(page, '获取验证码').click())
}

async function reachSelection(page: Page): Promise<void> {
  await button(page, '确认').click()
  await page.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
}

async function findNumbers(page: Page): Promise<void> {
  await button(page, '找号与收藏').click()
  const finder = dialogOf(page)
  await finder.getByLabel('类型').selectOption('triple')
  await finder.getByRole('button', { name: '查找' }).click()
  await finder.getByRole('button', { name: /^收藏/ }).first().click()
}

async function lookAtTheComposition(page: Page): Promise<void> {
  await dialogOf(page).getByRole('button', { name: '关闭' }).click()
  await page.locator('[data-key="backspace"]').click()
  await composeFree(page)
  await button(page, '确认选号').locator('visible=true').click()
  await button(page, '提交验证').waitFor()
}

/** No key leads to a number that is certain to be taken, so another device submits it. */
async function composeATakenNumber(page: Page, user: User): Promise<void> {
  await page.keyboard.press('Escape')
  await postUntilAllowed(user.user, `${pathOf(page)}/compositions`, { numbers: [await aTakenNumber(user, pathOf(page))] })
  await page.locator('.result').locator('visible=true').waitFor()
}

async function drawAndPutAside(page: Page): Promise<void> {
  await page.getByRole('tab', { name: '随机' }).click()
  const [, second = ''] = await draw(page)
  await putAside(page, second)
}

function selectionViews(user: User): View[] {
  return [
    { name: 'identity', open: (page) => typeIdentityCode(page, user) },
    { name: 'thrown back', open: (page) => reachSelection(page).then(() => enterFromAnotherDevice(page, user)) },
    { name: 'selection', open: (page) => typeIdentityCode(page, user).then(() => reachSelection(page)) },
    {
      name: 'composing',
      open: async (page) => {
        await page.getByRole('tab', { name: '自编' }).click()
        await page.locator('.keyboard:not([aria-busy="true"]) [data-key]:enabled').first().click()
        await page.locator('.keyboard:not([aria-busy="true"])').waitFor()
      },
    },
    { name: 'finding numbers', open: findNumbers },
    { name: 'composition sheet', open: lookAtTheComposition },
    { name: 'taken number', open: (page) => composeATakenNumber(page, user) },
    { name: 'drawn numbers', open: drawAndPutAside },
    {
      name: 'leaving',
      open: async (page) => {
        await page.getByRole('banner').getByRole('link').first().click()
        await dialogOf(page).getByRole('button', { name: '继续选号' }).waitFor()
      },
    },
    {
      name: 'confirmation sheet',
      open: async (page) => {
        await dialogOf(page).getByRole('button', { name: '继续选号' }).click()
        await page.locator('.selection-bar').getByRole('button', { name: '确认选号' }).click()
        await button(page, '确认选用该号牌').waitFor()
      },
    },
  ]
}

function reservedViews(user: User, office: string): View[] {
  let path = ''
  return [
    {
      name: 'completed',
      ready: 'input[name="candidate"]',
      open: async (page) => {
        await dialogOf(page).getByRole('button', { name: '再想想' }).click()
        await confirmCandidate(page, await page.locator('input[name="candidate"]').first().inputValue())
        path = pathOf(page)
        await page.locator('#bring-title').waitFor()
      },
    },
    { name: 'my preselections', path: '/preselections', ready: 'main .item' },
    { name: 'own draw', path: '/fairness', ready: '[data-draw]' },
    { name: 'demo phone with SMS', path: `/demo/phone?user=${user.user}`, ready: 'li .code' },
    {
      name: 'registered',
      path: '/preselections',
      ready: 'main .item a',
      open: async (page) => {
        const clerk = await theClerkOf(office)
        await callAs(clerk.user, 'POST', `/desk${path}/confirmation`, {})
        await page.locator('main .item a').first().click()
        await page.locator('[data-stage="registered"]').waitFor()
      },
    },
  ]
}

async function apply() {
  const user = await anApplicant()
  const [vehicle] = await vehiclesOf(user.user)
  if (!vehicle) throw new Error(`${user.user} has no vehicle`)
  return { user, views: [...informationViews(user, vehicle), ...selectionViews(user), ...reservedViews(user, vehicle.office_code)] }
}

/** An applicant's whole way, with every sheet that opens on it. A new view is one row. */
export const APPLICANT: Walk = { name: 'an applicant', begin: apply }
