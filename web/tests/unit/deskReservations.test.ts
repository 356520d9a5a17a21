import { flushPromises } from '@vue/test-utils'
import { beforeAll, expect, test, vi } from 'vitest'
import DeskReservations from '@/components/DeskReservations.vue'
import { syncServerClock } from '@/composables/useServerClock'
import { loadStaffWords } from '@/i18n/staff/words'
import { mountPlain, NOW, serve } from './support'

beforeAll(loadStaffWords)

const reservation = (plate: string) => ({
  id: plate, plate, stage: 'completed', visit_by: '2026-11-23', holder: '张*', vin_tail: '047371', certificate_tail: '345678',
})

test('today\'s list is asked of the server', async () => {
  syncServerClock(NOW)
  const calls = serve(() => ({ body: { items: [reservation('粤B11111')], next: null } }))
  const list = mountPlain(DeskReservations)
  await flushPromises()
  await list.get('input[type="checkbox"]').setValue(true)
  await flushPromises()
  expect(calls.at(-1)?.path).toContain('due=2026-11-23')
  expect(list.findAll('tbody tr').map((row) => row.get('button').text())).toEqual(['粤B11111'])
})

test('the end of a VIN is looked for until a page has somebody, or none is left', async () => {
  const calls = serve(({ path }) => {
    if (!path.includes('vin_tail=047371')) return { body: { items: [], next: null } }
    if (path.includes('cursor=c2')) return { body: { items: [reservation('粤B33333')], next: 'c3' } }
    return { body: { items: [], next: path.includes('cursor=c1') ? 'c2' : 'c1' } }
  })
  const list = mountPlain(DeskReservations)
  await flushPromises()
  await list.get('input[name="vin_tail"]').setValue('04 7371')
  await list.get('form').trigger('submit')
  await flushPromises()
  expect(list.findAll('tbody tr')).toHaveLength(1)
  expect(calls).toHaveLength(4)
})

test('the list that is shown is printed and taken home as a table', async () => {
  syncServerClock(NOW)
  const calls = serve(() => ({ body: { items: [reservation('粤B11111')], next: null } }))
  const print = vi.fn()
  vi.stubGlobal('print', print)
  const saved = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:table')
  const list = mountPlain(DeskReservations)
  await flushPromises()
  await list.get('input[name="vin_tail"]').setValue('047371')
  await list.get('form').trigger('submit')
  await flushPromises()
  for (const button of list.findAll('.actions button')) await button.trigger('click')
  await flushPromises()
  expect(calls.at(-1)?.path).toContain('vin_tail=047371')
  expect(calls.at(-1)?.path).toContain('limit=')
  expect((saved.mock.contexts[0] as HTMLAnchorElement).download).toBe('预选-2026-11-23.csv')
  expect(print).toHaveBeenCalledOnce()
})

test('a whole VIN, as it is scanned or pasted, never gets into an address', async () => {
  const calls = serve(() => ({ body: { items: [], next: null } }))
  const list = mountPlain(DeskReservations)
  await flushPromises()
  await list.get('input[name="vin_tail"]').setValue('LSVAA49J132047371')
  await list.get('form').trigger('submit')
  await flushPromises()
  expect(calls.at(-1)?.path).toContain('vin_tail=32047371')
  expect(calls.map(({ path }) => path).join()).not.toContain('LSVAA49J')
})
