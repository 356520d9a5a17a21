import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inspect } from './axe'
import { BASE, theBrowser, visit } from './browser'
import { callAs, theClerkOf, type User } from './demoWorld'
import { anApplicant } from './people'
import { reachCompleted, reachNotes } from './shortcuts'
import { signIn } from './steps'
import { scanVoucher } from './voucherScanner'

const browser = await theBrowser()

const staff = (user: string): User => ({ user, name: user, roles: [] })
const WIDE = { width: 1200, height: 900 }

/** Signs in on the first page, and waits for the page of one's own. */
async function land(page: Page, user: string, path: string): Promise<void> {
  await page.goto(BASE)
  await signIn(page, staff(user))
  await page.waitForURL(`${BASE}${path}`)
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
const open = async (page: Page, link: string, title = link) => {
  await page.getByRole('navigation', { name: '运营页面' }).getByRole('link', { name: link }).click()
  await heading(page, title)
}

test('an operator lands on the overview, whose charts, tables and pages have no flaw in any language', async () => {
  const { page, context, faults } = await visit(browser)
  await land(page, 'operator-1', '/operations')
  await heading(page, '概览')
  const { look, flaws } = inspect(page)
  const pool = page.locator('[data-figure="pool_free"]')
  await pool.locator('canvas').or(pool.getByText('此期间没有数据。')).first().waitFor()
  // Maintenance counts for the first time within two minutes of the start.
  for (let attempt = 0; attempt < 40 && (await pool.locator('canvas').count()) === 0; attempt++) {
    await page.waitForTimeout(3000)
    await page.getByRole('combobox', { name: '期间' }).selectOption(attempt % 2 ? '30' : '90')
    await page.waitForLoadState('networkidle')
  }
  await pool.locator('canvas').waitFor()
  await pool.getByRole('button', { name: '表格', exact: true }).click()
  await pool.getByRole('table', { name: '可用号码' }).waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), pool.getByRole('button', { name: '下载表格' }).click()])
  expect(file.suggestedFilename()).toBe('pool_free.csv')
  await look('the overview')
  await open(page, '待复核')
  await page.locator('[data-group="requests"]').waitFor()
  await look('the inbox')
  await open(page, '车管所')
  await page.getByRole('combobox', { name: '车管所' }).selectOption('440300')
  await page.getByRole('heading', { name: /^日历/ }).waitFor()
  await page.getByRole('button', { name: /\d{4}-12-28/ }).first().click()
  await look('an office')
  await open(page, '人员事务')
  await look('people')
  expect(flaws).toEqual([])
  expect(faults).toEqual([])
  await context.close()
})

test('a segment is previewed, released with a reason, and a withholding waits until a second operator confirms it', async () => {
  const { page, context, faults } = await visit(browser, WIDE)
  await land(page, 'operator-1', '/operations')
  await open(page, '号池')
  await page.getByRole('combobox', { name: '号牌前缀' }).selectOption('粤B')
  const { items } = (await callAs('operator-1', 'GET', `/operations/pool/${encodeURIComponent('粤B')}/segments`)) as { items: { template: string }[] }
  const taken = new Set(items.map(({ template }) => template))
  const template = ['!!!!@', '@!!!@', '!!!@@', '@!@!!', '!!!@!', '!!@!!', '!@!!!', '@@!!!'].find((each) => !taken.has(each)) ?? ''
  await page.getByLabel('模板').fill(template)
  await page.getByRole('button', { name: '预览' }).click()
  await page.getByText(/将投放 \d+ 个号码/).first().waitFor()
  await page.getByRole('button', { name: '投放', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '投放' }).click()
  await dialog.getByText('请填写事由。').waitFor()
  await dialog.getByLabel('事由').fill('年度投放')
  await dialog.getByRole('button', { name: '投放' }).click()
  await page.getByText('已完成。').first().waitFor()
  await page.getByRole('table').getByText(template).first().waitFor()
  const { faults: secondFaults, ...second } = await visit(browser, WIDE)
  const reason = `预留 ${Date.now()}`
  const number = `粤B${template.replaceAll('!', '7').replaceAll('@', 'K')}`
  await callAs('operator-1', 'POST', '/operations/withholdings', { numbers: [number], reason })
  await open(page, '待复核')
  const mine = page.getByRole('row').filter({ hasText: reason })
  expect(await mine.getByRole('button', { name: '复核' }).isDisabled()).toBe(true)
  await land(second.page, 'operator-2', '/operations')
  await open(second.page, '待复核')
  const theirs = second.page.getByRole('row').filter({ hasText: reason })
  await theirs.getByRole('button', { name: '复核' }).click()
  await theirs.waitFor({ state: 'detached' })
  expect([...faults, ...secondFaults]).toEqual([])
  await Promise.all([context.close(), second.context.close()])
})

test('a waiting room is opened on the page of an office, and closed again', async () => {
  const { page, context, faults } = await visit(browser, WIDE)
  await land(page, 'operator-2', '/operations')
  await open(page, '车管所')
  await page.getByRole('combobox', { name: '车管所' }).selectOption('440600')
  const room = page.getByRole('region', { name: '排队' })
  await room.getByText('目前没有排队安排。').waitFor()
  const inShanghai = (hours: number) => new Date(Date.now() + (8 + hours) * 3_600_000).toISOString().slice(0, 16)
  await room.getByRole('textbox', { name: '开放时间' }).fill(inShanghai(24))
  await room.getByRole('textbox', { name: '结束时间' }).fill(inShanghai(23))
  const act = async (what: string) => {
    await room.getByRole('button', { name: what }).click()
    await page.getByRole('dialog').getByLabel('事由').fill('新号段投放')
    await page.getByRole('dialog').getByRole('button', { name: what }).click()
  }
  await act('安排排队')
  await page.getByRole('dialog').locator('[data-code="validation_failed"]').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
  await room.getByRole('textbox', { name: '结束时间' }).fill(inShanghai(25))
  await act('安排排队')
  await room.getByText(/开放，已有 0 人等候。$/).waitFor()
  await act('结束排队')
  await room.getByText('目前没有排队安排。').waitFor()
  expect(faults).toEqual([])
  await context.close()
})

test('an auditor verifies the chain, keeps a filter, and takes a list home', async () => {
  const { page, context, faults } = await visit(browser)
  await land(page, 'auditor-1', '/audit')
  await page.getByRole('button', { name: '校验审计链' }).click()
  await page.getByText(/^完整：\d+ 个封存/).waitFor({ timeout: 60_000 })
  await page.getByRole('combobox', { name: '列表' }).selectOption('looks')
  await page.getByLabel('只看含有').fill('look')
  await page.getByLabel('名称').fill('查询')
  await page.getByRole('button', { name: '保存当前筛选' }).click()
  await page.reload()
  await page.getByRole('button', { name: '查询', exact: true }).first().click()
  expect(await page.getByLabel('只看含有').inputValue()).toBe('look')
  expect(await page.getByRole('combobox', { name: '列表' }).inputValue()).toBe('looks')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载表格' }).click()])
  expect(file.suggestedFilename()).toBe('looks.csv')
  const { look, flaws } = inspect(page)
  await look('the audit')
  expect([...flaws, ...faults]).toEqual([])
  await context.close()
})

test('a clerk scans with the browser\'s own reader of codes, compares car and plate, and the story shows it', async () => {
  const user = await anApplicant()
  const reached = await reachNotes(user)
  const { vin, certificate_number: certificate } = reached.vehicle
  const number = await reachCompleted(user, reached)
  const token = await scanVoucher(user.user, reached.id)
  const { page, context, faults } = await visit(browser)
  // This Chromium has neither a camera nor a detector: both are stood in for, and everything between is ours.
  await page.addInitScript((text) => {
    const camera = () => Promise.resolve(document.createElement('canvas').captureStream())
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: camera } })
    class Detector {
      static getSupportedFormats = () => Promise.resolve(['qr_code'])
      detect = () => Promise.resolve([{ rawValue: text }])
    }
    Object.assign(globalThis, { BarcodeDetector: Detector })
    HTMLMediaElement.prototype.play = () => Promise.resolve()
  }, token)
  const clerk = await theClerkOf(reached.office)
  await land(page, clerk.user, '/desk')
  await page.getByRole('button', { name: '用摄像头扫描' }).click()
  const card = page.getByTestId('reservation')
  await card.getByText(vin.slice(-6)).waitFor()
  await card.getByText(certificate.slice(-6)).waitFor()
  await page.getByLabel('车辆识别代号后几位').fill(vin.slice(-6))
  await page.getByRole('button', { name: '查询', exact: true }).click()
  await page.getByRole('button', { name: `办理 ${number}` }).waitFor()
  const { look, flaws } = inspect(page)
  await look('the desk')
  await card.getByRole('button', { name: '确认办理' }).click()
  await page.getByRole('dialog').getByText(vin.slice(-6)).waitFor()
  await look('the last look')
  await page.getByRole('button', { name: '核对无误，确认办理' }).click()
  await page.getByText(`已确认 ${number}`).waitFor()
  await page.getByTestId('counters').waitFor()
  expect([...flaws, ...faults]).toEqual([])
  await context.close()

  const operator = await visit(browser, WIDE)
  await land(operator.page, 'operator-2', '/operations')
  await open(operator.page, '人员事务')
  await operator.page.getByLabel('号牌号码或预选编号').fill(number)
  await operator.page.getByRole('button', { name: '查询', exact: true }).first().click()
  const story = operator.page.getByTestId('story')
  await story.getByRole('cell', { name: '确认办理 register' }).waitFor()
  expect(await story.getByRole('link', { name: '在 Temporal 中查看' }).getAttribute('href')).toContain(`vehicle-${reached.id}`)
  expect(operator.faults).toEqual([])
  await operator.context.close()
})
