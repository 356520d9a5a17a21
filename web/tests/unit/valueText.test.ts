import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import ChainVerification from '@/components/staff/ChainVerification.vue'
import DataTable from '@/components/staff/DataTable.vue'
import OfficePolicy from '@/components/staff/OfficePolicy.vue'
import { useInstants } from '@/composables/useInstants'
import { useValueText } from '@/composables/useValueText'
import { chooseLanguage, i18n } from '@/i18n'
import { loadStaffWords } from '@/i18n/staff/words'
import type { Language } from '@/i18n/messages'
import { mountPlain, serve } from './support'

async function inLanguage<T>(language: Language, use: () => T): Promise<T> {
  await loadStaffWords()
  await chooseLanguage(language)
  const found: T[] = []
  mount(defineComponent({ setup: () => (found.push(use()), () => h('i')) }), { global: { plugins: [i18n] } })
  return found[0] as T
}

afterEach(() => chooseLanguage('zh-CN'))

test.each([
  ['zh-CN', 'P2Y', '2年'],
  ['zh-TW', 'P2Y', '2 年'],
  ['en', 'P2Y', '2 years'],
  ['zh-CN', 'PT1M30S', '1分钟30秒钟'],
  ['en', 'PT1M30S', '1 minute 30 seconds'],
  ['en', 'P1W', '1 week'],
  ['en', 'P1Y2M3DT4H', '1 year 2 months 3 days 4 hours'],
  ['en', 'PT0S', '0 seconds'],
  ['en', 'PT0.5S', '0.5 seconds'],
] as const)('%s reads %s as %s', async (language, iso, text) => {
  const { formatDuration, isDuration } = await inLanguage(language, useInstants)
  expect(isDuration(iso)).toBe(true)
  expect(formatDuration(iso).replaceAll(' ', ' ')).toBe(text)
})

test.each(['P', 'PT', 'P2', 'PT10', '10', 'P1DT', 'P12!!', ''])('%s is no duration', async (text) => {
  const { isDuration } = await inLanguage('en', useInstants)
  expect(isDuration(text)).toBe(false)
})

test('facts are named, instants stand in the office\'s time, and what persons wrote stays', async () => {
  const { valueText } = await inLanguage('en', useValueText)
  const facts = {
    office_code: '440300', effective_from: '2026-11-30T16:30:00.000Z', overrides: { blacklist: 'P2Y', cancellation: true, address_per_minute: 'off' },
    reason: 'PT10M', first: null,
  }
  expect(valueText('facts', facts)).toBe(
    'office: 440300, effective from: Dec 1, 2026, 12:30 AM, settings: Length of a ban: 2 years, Cancellation allowed: yes, '
    + 'Requests of an address in a minute: no limit, reason: PT10M',
  )
  expect(valueText('facts', { days: { '2026-12-01': 'holiday' }, stage: 'cancelled', by_kind: 'clerk' })).toBe(
    'days: 2026-12-01: closed, stage: Cancelled, kind of actor: Clerk',
  )
  expect(valueText('facts', { freed: ['粤B12345', '粤B1234A'], visit_by: '2026-12-03' })).toBe(
    'freed: 粤B12345 粤B1234A, last day: Thursday, December 3, 2026',
  )
  expect([valueText('facts', {}), valueText('actor', null), valueText('template', 'P123D')]).toEqual(['–', '–', 'P123D'])
})

test('a cell shows the act\'s name, with the code under it; an unknown code stays', async () => {
  await inLanguage('zh-CN', useValueText)
  const rows = [{ action: 'open_waiting_room', actor_kind: 'operator' }, { action: 'bar', actor_kind: 'timer' }, { action: 'new_act', actor_kind: 'system' }]
  const columns = [{ key: 'action', label: '操作' }, { key: 'actor_kind', label: '身份' }]
  const table = mount(DataTable, { props: { caption: '审计', columns, rows }, global: { plugins: [i18n] } })
  expect(table.findAll('td > span').map((span) => span.text())).toEqual(['安排排队', '操作员', '列入黑名单', '定时任务', 'new_act', '系统'])
  expect(table.findAll('.code').map((code) => code.text())).toEqual(['open_waiting_room', 'bar'])
  expect(table.find('span[title="operator"]').text()).toBe('操作员')
})

test('a policy stands in words, and a number with a unit or an ISO duration is sent', async () => {
  await inLanguage('zh-CN', useValueText)
  const values = { blacklist: { value: 'P2Y', source: 'default' }, cancellation: { value: false, source: 'office' }, draws: { value: 5, source: 'default' } }
  const calls = serve(({ method }) => ({ body: method === 'GET' ? { values } : { id: 'r1' } }))
  const page = mountPlain(OfficePolicy, { code: '440300' })
  await vi.waitFor(() => expect(page.text()).toContain('2年'))
  const ask = async (setting: string, value: string, unit?: string) => {
    await page.find('select[name="setting"]').setValue(setting)
    await page.find('[name="value"]').setValue(value)
    if (unit) await page.find('select[name="unit"]').setValue(unit)
    await page.find('form').trigger('submit')
    await flushPromises()
    const shown = page.find('dialog p').text()
    await page.find('dialog [name="reason"]').setValue('试点')
    await page.findAll('dialog button').at(-1)?.trigger('click')
    await flushPromises()
    const overrides = (calls.at(-1)?.body as { overrides: object } | undefined)?.overrides
    return [shown, overrides]
  }
  expect(await ask('blacklist', '6', 'month')).toEqual(['黑名单期限：2年 → 6个月', { blacklist: 'P6M' }])
  expect(await ask('blacklist', 'P1Y6M')).toEqual(['黑名单期限：2年 → 1年6个月', { blacklist: 'P1Y6M' }])
  expect(await ask('blacklist', '')).toEqual(['黑名单期限：2年 → 取消', { blacklist: null }])
  expect(await ask('cancellation', 'true')).toEqual(['允许取消预选：否 → 是', { cancellation: true }])
  expect(await ask('draws', '6')).toEqual(['随机选号次数：5 → 6', { draws: 6 }])
})

test('a fault of the audit\'s chain stands in the reader\'s language, with the server\'s sentence beside it', async () => {
  await inLanguage('zh-CN', useValueText)
  const faults = [{ seal: 3, reason: '5 rows were sealed, and there are 4', kind: 'other_count' }]
  serve(() => ({ body: { intact: false, seals: 3, rows: 4, unsealed: 0, last: null, faults, next: null } }))
  const page = mountPlain(ChainVerification)
  await page.get('button').trigger('click')
  await flushPromises()
  expect(page.get('.broken li').text()).toBe('封存 3：行数与封存时不符')
  expect(page.get('.broken li').attributes('title')).toBe('5 rows were sealed, and there are 4')
})
