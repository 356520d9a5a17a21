import { expect, test } from 'vitest'
import { linesOf, queryOf, timesOf } from '@/composables/useFigure'
import { boundsOf, monthsOf } from '@/composables/yearGrid'

// 00:30 in Shanghai: the day there is one ahead of the day in UTC.
const NOW = Date.parse('2026-11-23T16:30:00.000Z')

test('a period has every day or hour of the offices\' time', () => {
  expect(timesOf({ by: 'day', days: 3 }, NOW)).toEqual(['2026-11-22', '2026-11-23', '2026-11-24'])
  const hours = timesOf({ by: 'hour', days: 1 }, NOW)
  expect([hours.length, hours.at(-1)]).toEqual([24, '2026-11-23T16:00:00.000Z'])
  expect(queryOf({ name: 'draws', by: 'day', days: 2, office: '440300', prefix: '' }, NOW)).toEqual({
    name: 'draws', by: 'day', from: '2026-11-23', to: '2026-11-24', office: '440300',
  })
})

test('days without acts count as none, unknown levels stay unknown, and the smallest lines are added up', () => {
  const times = ['2026-11-22', '2026-11-23']
  const one = { as_of: null, series: [{ key: 'a', points: [['2026-11-23', 5]], runs_out: null }] }
  expect(linesOf(one as never, times, 'others', false).lines).toEqual([{ key: 'a', values: [0, 5] }])
  expect(linesOf(one as never, times, 'others', true).lines).toEqual([{ key: 'a', values: [null, 5] }])
  const series = Array.from({ length: 10 }, (_, place) => ({ key: `k${place}`, points: [['2026-11-23', place + 1]], runs_out: null }))
  const { lines } = linesOf({ as_of: null, series } as never, times, 'others', false)
  expect(lines.map(({ key }) => key)).toEqual(['k9', 'k8', 'k7', 'k6', 'k5', 'k4', 'k3', 'others'])
  expect(lines.at(-1)?.values).toEqual([0, 1 + 2 + 3])
  const levels = linesOf({ as_of: null, series } as never, times, 'others', true).lines
  expect(levels.at(-1)?.values).toEqual([null, 1 + 2 + 3])
})

test('a year\'s grid knows weekends, the country\'s entries and an office\'s own', () => {
  const [january, , , , , , , , , october] = monthsOf(2026, [
    { day: '2026-10-01', kind: 'holiday', office_code: null },
    { day: '2026-10-10', kind: 'working', office_code: null },
    { day: '2026-10-12', kind: 'holiday', office_code: '440300' },
  ])
  expect([january?.empty, january?.days.length]).toEqual([3, 31])
  const day = (number: number) => october?.days[number - 1]
  expect([1, 10, 12, 13, 17].map((number) => [day(number)?.isOpen, day(number)?.entry])).toEqual([
    [false, 'country'], [true, 'country'], [false, 'office'], [true, null], [false, null],
  ])
  expect(boundsOf('2026-12-31')).toEqual({ since: '2026-12-31T00:00:00+08:00', until: '2027-01-01T00:00:00+08:00' })
})
