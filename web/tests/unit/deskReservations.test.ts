import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import DeskReservations from '@/components/DeskReservations.vue'
import { syncServerClock } from '@/composables/useServerClock'
import { mountPlain, NOW, serve } from './support'

const reservation = (plate: string, visit_by: string) => ({ id: plate, plate, stage: 'completed', visit_by, holder: '张*' })

test('today\'s list reads on to the end, for those who come today reserved days ago', async () => {
  syncServerClock(NOW)
  const calls = serve(({ path }) => {
    if (path.includes('cursor=c1')) return { body: { items: [reservation('粤B22222', '2026-11-24')], next: 'c2' } }
    if (path.includes('cursor=c2')) return { body: { items: [reservation('粤B33333', '2026-11-23')], next: null } }
    return { body: { items: [reservation('粤B11111', '2026-11-26')], next: 'c1' } }
  })
  const list = mountPlain(DeskReservations)
  await flushPromises()
  expect(calls).toHaveLength(1)
  await list.get('input[type="checkbox"]').setValue(true)
  await flushPromises()
  expect(list.findAll('tbody tr').map((row) => row.get('button').text())).toEqual(['粤B33333'])
  expect(calls).toHaveLength(3)
})
