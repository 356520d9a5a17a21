import { beforeEach, expect, test } from 'vitest'
import type { DeskReservation } from '@/api/types'
import { tokenFrom, useDesk } from '@/composables/useDesk'
import { refusal, serve, type Call } from './support'

const RESERVATION: DeskReservation = {
  id: 'p1',
  plate: '粤B12345',
  stage: 'completed',
  visit_by: '2026-11-26',
  holder: '张*',
  vin_tail: '123456',
  certificate_tail: '654321',
}

const YESTERDAY = '2026-11-22T02:10:00.000Z'

let calls: Call[]

beforeEach(() => {
  calls = serve(({ path, body }) => {
    if (path.endsWith('/inspect')) {
      const { token } = body as { token: string }
      if (token === 'forged') return refusal(422, 'voucher_invalid')
      return { body: { valid: true, inspected_before: token === 'seen' ? YESTERDAY : null, ...RESERVATION } }
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

test('a voucher that was scanned before, at whichever counter, brings a warning; one found in the list does not', async () => {
  const { inspect, show, inspectedBefore } = useDesk()
  await inspect('good')
  expect(inspectedBefore.value).toBeNull()
  await inspect('seen')
  expect(inspectedBefore.value).toBe(YESTERDAY)
  show(RESERVATION)
  expect(inspectedBefore.value).toBeNull()
})

test('a reservation that another counter has settled meanwhile shows as it is now', async () => {
  serve(() => refusal(409, 'wrong_stage', { stage: 'registered' }))
  const { show, confirm, current, confirmProblem, settled } = useDesk()
  show(RESERVATION)
  await confirm(RESERVATION)
  expect([confirmProblem.value?.code, current.value?.stage, settled.value]).toEqual(['wrong_stage', 'registered', true])
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
