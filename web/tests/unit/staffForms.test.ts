import { expect, test, vi } from 'vitest'
import { flushPromises } from '@vue/test-utils'
import SignInGate from '@/components/SignInGate.vue'
import DataTable from '@/components/staff/DataTable.vue'
import AuditScreen from '@/screens/staff/AuditScreen.vue'
import { mountPlain, refusal, serve } from './support'

test('a period of the audit has the whole of its last day', async () => {
  const calls = serve(({ path }) => (path.startsWith('/audit/segments') ? { body: { items: [], next: null } } : refusal(403, 'forbidden')))
  const page = mountPlain(AuditScreen)
  await page.get('input[name="since"]').setValue('2031-01-30')
  await page.get('input[name="until"]').setValue('2031-01-31')
  await page.get('form.filters').trigger('submit')
  await flushPromises()
  const query = new URL(calls.at(-1)?.path ?? '', location.origin).searchParams
  expect([query.get('since'), query.get('until')]).toEqual(['2031-01-30T00:00:00+08:00', '2031-02-01T00:00:00+08:00'])
})

test('counts are grouped and stand at the right, and a year is no count', () => {
  const columns = [{ key: 'count', label: '号码数' }, { key: 'year', label: '年份' }, { key: 'template', label: '模板' }]
  const table = mountPlain(DataTable, { caption: '号段', columns, rows: [{ count: 239928, year: 2026, template: '!!!!!' }] })
  expect(table.findAll('td').map((cell) => cell.text())).toEqual(['239,928', '2026', '!!!!!'])
  expect(table.findAll('.number').map((cell) => cell.text())).toEqual(['号码数', '年份', '239,928', '2026'])
})

test('who may not use a page is led to another one', async () => {
  const assign = vi.spyOn(location, 'assign').mockImplementation(() => undefined)
  const gate = mountPlain(SignInGate, { forbidden: true })
  const [home, leave] = gate.findAll('button')
  expect([home?.text(), leave?.text()]).toEqual(['返回首页', '退出登录'])
  await leave?.trigger('click')
  expect(assign).toHaveBeenCalledWith('/')
})
