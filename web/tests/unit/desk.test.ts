import { beforeEach, expect, test } from 'vitest'
import type { DeskReservation } from '@/api/types'
import { tokenFrom, useDesk } from '@/composables/useDesk'
import { refusal, serve, type Call } from './support'

const RESERVATION: DeskReservation = { id: 'p1', plate: '粤B12345', stage: 'completed', visit_by: '2026-11-26', holder: '张*' }

let calls: Call[]

beforeEach(() => {
  calls = serve(({ path, body }) => {
    if (path.endsWith('/inspect')) {
      const { token } = body as { token: string }
      return token === 'good' ? { body: { valid: true, ...RESERVATION } } : refusal(422, 'voucher_invalid')
    }
    return { body: { ...RESERVATION, stage: path.endsWith('/rejection') ? 'cancelled' : 'registered' } }
  })
})

test.each([
  ['good', 'good'],
  [' good\r\n', 'good'],
  ['https://example.org/voucher/good', 'good'],
  ['https://example.org/?token=good', 'good'],
])('a scanner\'s %j holds the token', (scanned, token) => expect(tokenFrom(scanned)).toBe(token))

test('a voucher is inspected, confirmed, and gone from the counter', async () => {
  const { inspect, confirm, current, done } = useDesk()
  await inspect('good')
  expect(current.value?.plate).toBe('粤B12345')
  await confirm(RESERVATION)
  expect([current.value, done.value]).toEqual([null, { kind: 'confirmed', plate: '粤B12345' }])
})

test('the same voucher a second time brings a warning', async () => {
  const { inspect, seenBefore } = useDesk()
  await inspect('good')
  expect(seenBefore.value).toBe(false)
  await inspect('good')
  expect(seenBefore.value).toBe(true)
})

test('a forged voucher shows no reservation', async () => {
  const { inspect, current, problem } = useDesk()
  await inspect('forged')
  expect([current.value, problem.value?.code]).toEqual([null, 'voucher_invalid'])
})

test('a reservation that is settled already cannot be handled again', () => {
  const { show, settled } = useDesk()
  show({ ...RESERVATION, stage: 'registered' })
  expect(settled.value).toBe(true)
})

test('a rejection bears its reason', async () => {
  const { show, reject, done } = useDesk()
  show(RESERVATION)
  await reject(RESERVATION, '卖方撤回')
  expect(calls.at(-1)?.body).toEqual({ reason: '卖方撤回' })
  expect(done.value?.kind).toBe('rejected')
})
