import { flushPromises, mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import FairnessFigures from '@/components/FairnessFigures.vue'
import { i18n } from '@/i18n'
import { serve } from './support'

const room = { office_code: '440300', opens_at: '2026-11-23T01:00:00Z', closes_at: '2026-11-23T02:00:00Z' }
const figures = {
  as_of: null,
  series: [{ name: 'numbers_issued', points: [['2026-11-22', null]] }],
  draws: [{ day: '2026-11-22', draws: 3, verified_share: 1 }],
  withheld: [{ kind: 'technical', numbers: 5 }],
  waiting_rooms: [
    { ...room, people: 100, early: 60, early_share: 0.53, overtaken: 0 },
    { ...room, opens_at: '2026-11-24T01:00:00Z', people: null, early: null, early_share: null, overtaken: 0 },
  ],
}

test('everybody sees how fair waiting rooms were, small counts are hidden, and the table has the same', async () => {
  serve(() => ({ body: figures }))
  const page = mount(FairnessFigures, { global: { plugins: [i18n] } })
  await flushPromises()
  const [large, small] = page.findAll('[data-figure="waiting_rooms"] p').map((line) => line.text())
  expect(large).toContain('100 人排队，60 人开放前到场；被后来者超过：0 人')
  expect(large).toContain('53% 排在前一半')
  expect(small).toContain('少于5 人排队')
  expect(small).not.toContain('%')
  const table = decodeURIComponent(page.find('a[download]').attributes('href') ?? '')
  expect(table).toContain('waiting_room_440300_early_share,2026-11-23T01:00:00Z,0.53')
  expect(table).toContain('waiting_room_440300_people,2026-11-24T01:00:00Z,\r\n')
  expect(table).toContain('numbers_issued,2026-11-22,\r\n')
  page.unmount()
})
