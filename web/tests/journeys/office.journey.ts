import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { BASE, theBrowser, visit } from './browser'
import { callAs } from './demoWorld'
import { signIn } from './steps'

// An office of this file alone, so that nothing that is changed here meets another journey.
const CODE = '630200'
const OFFICE = {
  name: '海东市公安局交通警察支队车辆管理所',
  names: { 'zh-TW': '海東市公安局交通警察支隊車輛管理所', en: 'Haidong Vehicle Management Office' },
  address: '海东市乐都区古城大街1号',
  province: '青海省',
  prefixes: ['青B'],
}

const browser = await theBrowser()
let page: Page
let faults: string[]
beforeAll(async () => {
  const saved = await callAs('operator-1', 'PUT', `/operations/offices/${CODE}`, { ...OFFICE, reason: '新设' })
  expect(saved).toHaveProperty('code', CODE)
})

beforeEach(async () => {
  ;({ page, faults } = await visit(browser, { width: 1200, height: 900 }))
  await signInAs(page, 'operator-1', '/operations/offices')
  await page.locator('select[name="office"]').selectOption(CODE)
  return async () => {
    expect(faults).toEqual([])
    await page.context().close()
  }
})

async function signInAs(on: Page, user: string, path: string): Promise<void> {
  await on.goto(BASE + path)
  await signIn(on, { user, name: user, roles: [] })
}

/** What the dialog shows before the act; then it is done with a reason, which must not be blank. */
async function lookAndAct(final: string, reason: string): Promise<string> {
  const dialog = page.getByRole('dialog')
  const shown = (await dialog.textContent()) ?? ''
  await dialog.getByRole('button', { name: final }).click()
  await dialog.getByText('请填写事由。').waitFor()
  await dialog.getByLabel('事由').fill(reason)
  await dialog.getByRole('button', { name: final }).click()
  await dialog.waitFor({ state: 'detached' })
  return shown
}

test('an office is edited: the dialog shows what changes, and the public list has it', async () => {
  const hours = `工作日 9:00–17:${Math.floor(10 + Math.random() * 49)}`
  await page.getByLabel('办公时间').fill(hours)
  await page.getByLabel('电话').fill('0972-12123')
  await page.getByRole('button', { name: '保存' }).click()
  const shown = await lookAndAct('保存', '更正资料')
  expect(shown).toContain(hours)
  expect(shown).not.toContain(OFFICE.address)
  const { items } = (await callAs('operator-1', 'GET', '/offices')) as { items: { code: string; hours: string; telephone: string }[] }
  expect(items.find(({ code }) => code === CODE)).toMatchObject({ hours, telephone: '0972-12123', address: OFFICE.address })
})

test('a policy changes only when a second operator has confirmed it, and its settings have names', async () => {
  const policy = page.locator('section:has(#policy-title)')
  const draws = policy.getByRole('row').filter({ hasText: '随机选号次数' })
  await draws.getByRole('cell').nth(1).filter({ hasText: /\d/ }).waitFor()
  const [, before = ''] = await draws.getByRole('cell').allTextContents()
  const after = String(Number(before) + 1)
  await policy.locator('select[name="setting"]').selectOption({ label: '随机选号次数' })
  await policy.getByLabel(/^新值/).fill(after)
  await policy.getByRole('button', { name: '提交变更' }).click()
  const reason = `增加次数 ${Date.now()}`
  expect(await lookAndAct('提交变更', reason)).toContain(`随机选号次数：${before} → ${after}`)
  await policy.getByRole('status').waitFor()
  const second = await visit(browser, { width: 1200, height: 900 })
  await signInAs(second.page, 'operator-2', '/operations/inbox')
  const waiting = second.page.getByRole('row').filter({ hasText: reason })
  await waiting.getByText(`随机选号次数：${after}`).waitFor()
  await page.reload()
  await page.locator('select[name="office"]').selectOption(CODE)
  await draws.getByRole('cell', { name: before, exact: true }).waitFor()
  await waiting.getByRole('button', { name: '复核' }).click()
  await waiting.waitFor({ state: 'detached' })
  await page.reload()
  await page.locator('select[name="office"]').selectOption(CODE)
  await draws.getByRole('cell', { name: after, exact: true }).waitFor()
  expect(await draws.textContent()).toContain('本所')
  expect(second.faults).toEqual([])
  await second.context.close()
})

test('a notice is previewed as applicants will read it, and published in two languages', async () => {
  const notice = page.locator('section:has(#notice-title)')
  const body = `第一条\n第二条 ${Date.now()}`
  await notice.getByLabel('标题 (英语)').fill('Notice')
  await notice.getByLabel('正文 (英语)').fill('First\nSecond')
  expect(await notice.getByRole('button', { name: '预览' }).isDisabled()).toBe(true)
  await notice.getByLabel('标题 (简体中文)').fill('业务须知')
  await notice.getByLabel('正文 (简体中文)').fill(body)
  await notice.getByRole('button', { name: '预览' }).click()
  const shown = page.getByRole('dialog').locator('article')
  expect(await shown.evaluateAll((articles) => articles.map((article) => article.getAttribute('lang')))).toEqual(['zh-CN', 'en'])
  expect(await lookAndAct('公布新版本', '首次公布')).toContain(body)
  await notice.getByText('已完成。').waitFor()
  const read = async (language: string) =>
    (await (await fetch(`${BASE}/api/v1/offices/${CODE}/notice`, { headers: { 'Accept-Language': language } })).json()) as object
  expect(await read('zh-CN')).toMatchObject({ title: '业务须知', body, language: 'zh-CN' })
  expect(await read('en')).toMatchObject({ title: 'Notice', body: 'First\nSecond', language: 'en' })
  expect(await read('zh-TW')).toMatchObject({ title: '业务须知', language: 'zh-CN' })
})

test('days are chosen in the grid of a year, previewed with what they would move, and entered for the office alone', async () => {
  const calendar = page.locator('section:has(#calendar-title)')
  // Days of next year are never over.
  const year = (await calendar.getByLabel('年份').locator('option').last().getAttribute('value')) ?? ''
  await calendar.getByLabel('年份').selectOption(year)
  const open = calendar.locator('.days').last().locator('button.open').filter({ hasText: `${year}-12-` }).last()
  const [day = ''] = /\d{4}-\d\d-\d\d/.exec((await open.textContent()) ?? '') ?? []
  await open.click()
  await calendar.getByText('将所选日期设为').waitFor()
  await calendar.getByRole('button', { name: '预览' }).click()
  const shown = await lookAndAct('录入', '内部整顿')
  expect(shown).toContain(day)
  expect(shown).toContain('将顺延 0 件预选的期限。')
  await calendar.getByText('已完成。').waitFor()
  const daysOf = async (query: object) =>
    ((await callAs('operator-1', 'GET', `/operations/calendar?${new URLSearchParams({ year, ...query })}`)) as { days: { day: string; kind: string }[] }).days
  expect((await daysOf({ office: CODE })).find((each) => each.day === day)).toMatchObject({ kind: 'holiday' })
  expect((await daysOf({})).find((each) => each.day === day)).toBeUndefined()
})
