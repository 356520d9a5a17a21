import type { Page } from 'playwright-core'
import { callAs, type User } from '../demoWorld'
import { anApplicant } from '../people'
import { reachCompleted, reachNotes } from '../shortcuts'
import { OFFICE } from './pages'
import type { View, Walk } from './walk'

const staff = (user: string): User => ({ user, name: user, roles: [] })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const dialogOf = (page: Page) => page.getByRole('dialog')
const close = (page: Page) => page.keyboard.press('Escape')

const choose = (name: string, value: string, ready: string) => async (page: Page) => {
  await page.locator(`select[name="${name}"]`).selectOption(value)
  await page.locator(ready).first().waitFor()
}

/** A reservation at the office, so that no list is empty. */
async function reserve(): Promise<string> {
  const user = await anApplicant((office) => office === OFFICE)
  return reachCompleted(user, await reachNotes(user))
}

async function openCamera(page: Page): Promise<void> {
  // This Chromium has neither a camera nor a reader of codes, so both are stood in for.
  await page.addInitScript(() => {
    const camera = () => Promise.resolve(document.createElement('canvas').captureStream())
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: camera } })
    class Detector {
      static getSupportedFormats = () => Promise.resolve(['qr_code'])
      detect = () => Promise.resolve([])
    }
    Object.assign(globalThis, { BarcodeDetector: Detector })
    HTMLMediaElement.prototype.play = () => Promise.resolve()
  })
  await page.reload()
  await button(page, '用摄像头扫描').click()
  await button(page, '停止扫描').waitFor()
}

async function workAtTheDesk() {
  const number = await reserve()
  const views: View[] = [
    { name: 'desk', path: '/desk', ready: '[data-testid="counters"]', open: (page) => button(page, `办理 ${number}`).waitFor() },
    {
      name: 'desk reservation',
      open: async (page) => (await button(page, `办理 ${number}`).click(), await page.getByTestId('reservation').waitFor()),
    },
    {
      name: 'desk confirmation',
      open: async (page) => (await button(page, '确认办理').click(), await button(page, '核对无误，确认办理').waitFor()),
    },
    {
      name: 'desk rejection',
      open: async (page) => (await close(page), await button(page, '驳回').click(), await dialogOf(page).getByRole('textbox').waitFor()),
    },
    { name: 'desk camera', open: async (page) => (await close(page), await openCamera(page)) },
  ]
  return { user: staff(`clerk-${OFFICE}`), views }
}

async function changeTheOffice(page: Page): Promise<void> {
  await page.getByLabel('办公时间').fill('工作日 9:00–12:00、14:00–17:00')
  await button(page, '保存').click()
  await dialogOf(page).getByLabel('事由').fill('更正资料')
}

async function previewTheCalendar(page: Page): Promise<void> {
  await close(page)
  const calendar = page.locator('section:has(#calendar-title)')
  await calendar.getByRole('button', { name: /-12-28/ }).first().click()
  await calendar.getByRole('button', { name: '预览' }).click()
  await dialogOf(page).getByLabel('事由').waitFor()
}

/** Of a template that no journey releases. */
async function previewARelease(page: Page): Promise<void> {
  await page.getByLabel('模板').fill('@!@!!')
  await button(page, '预览').click()
  await page.getByText(/将投放 \d+ 个号码/).first().waitFor()
  await button(page, '投放').click()
  await dialogOf(page).getByLabel('事由').waitFor()
}

const readStory = (number: string) => async (page: Page) => {
  await page.getByLabel('号牌号码或预选编号').fill(number)
  await button(page, '查询').first().click()
  await page.getByTestId('story').locator('table').first().waitFor()
}

async function openTheFirstBan(page: Page): Promise<void> {
  await button(page, '解除').or(page.locator('section:has(#bans-title) td button')).first().click()
  await dialogOf(page).getByLabel('事由').waitFor()
}

async function chooseADay(page: Page): Promise<void> {
  await close(page)
  await page.getByRole('button', { name: '选择日期 · 起' }).click()
  await dialogOf(page).locator('.days button').first().waitFor()
}

/** The server no longer knows the sign-in of a page that holds what has been typed. */
async function expire(page: Page): Promise<void> {
  await close(page)
  await page.route('**/deadlines/preview', (route) => route.fulfill({ status: 401, json: { code: 'unauthenticated', detail: '请先登录。' } }))
  for (const name of ['since', 'until']) await page.locator(`input[name="${name}"]`).fill('2031-01-31 09:00')
  await button(page, '预览').click()
  await dialogOf(page).locator('a').waitFor()
}

async function operate() {
  const number = await reserve()
  await callAs('operator-2', 'POST', '/operations/withholdings', { numbers: ['粤B7777K'], reason: '司法冻结' })
  const views: View[] = [
    { name: 'overview', path: '/operations', ready: '[data-figure] p' },
    { name: 'inbox', path: '/operations/inbox', ready: '[data-group]' },
    { name: 'office', path: '/operations/offices', ready: 'select[name="office"]', open: choose('office', OFFICE, '.year button') },
    { name: 'office change', open: changeTheOffice },
    { name: 'calendar change', open: previewTheCalendar },
    { name: 'pool', path: '/operations/pool', ready: 'select[name="prefix"]', open: choose('prefix', '粤B', '#segments-title') },
    { name: 'segment release', open: previewARelease },
    { name: 'people', path: '/operations/people', ready: '#bans-title ~ .scroll', open: readStory(number) },
    { name: 'ban release', open: openTheFirstBan },
    { name: 'day chooser', open: chooseADay },
    { name: 'sign-in expired', open: expire },
    { name: 'page of another role', path: '/desk', ready: 'main .actions button' },
  ]
  return { user: staff('operator-1'), views }
}

async function verifyTheChain(page: Page): Promise<void> {
  await button(page, '校验审计链').click()
  await page.getByText(/^完整：\d+ 个封存/).waitFor({ timeout: 60_000 })
}

const AUDITED = ['segments', 'withholdings', 'desk', 'looks/figures']

const audit = () =>
  Promise.resolve({
    user: staff('auditor-1'),
    views: [
      { name: 'audit', path: '/audit', ready: 'th', open: verifyTheChain },
      ...AUDITED.map((list) => ({ name: `audit of ${list.replace('/', ' ')}`, open: choose('list', list, `[data-list="${list}"]`) })),
    ],
  })

/** The pages of those who work at the office or for it, with their sheets. A new view is one row. */
export const STAFF: Walk[] = [
  { name: 'a clerk', begin: workAtTheDesk },
  { name: 'an operator', begin: operate },
  { name: 'an auditor', begin: audit },
]
