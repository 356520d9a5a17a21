import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import ComposePanel from '@/components/ComposePanel.vue'
import { syncServerClock } from '@/composables/useServerClock'
import type { PreselectionView } from '@/api/types'
import { after, mountInPreselection, NOW, refusal, serve, viewWith, type Call } from './support'

const FREE = [...'0123456789ABCDEFGHJ']

let calls: Call[]
let view: PreselectionView
let onCompose: (call: Call) => ReturnType<typeof refusal>

beforeEach(() => {
  document.body.innerHTML = ''
  syncServerClock(NOW)
  view = viewWith()
  onCompose = () => ({ body: view })
  calls = serve((call) => {
    if (call.path.includes('/keyboard')) return { body: { position: 1, available: FREE, as_of: NOW } }
    return call.path.endsWith('/compositions') ? onCompose(call) : { body: view }
  })
})

async function mounted(): Promise<VueWrapper> {
  const panel = mountInPreselection(ComposePanel)
  await flushPromises()
  return panel
}

async function press(panel: VueWrapper, characters: string) {
  for (const character of characters) {
    await panel.get(`[data-key="${character}"]`).trigger('click')
    await flushPromises()
  }
}

const typedBy = (keyboardCalls: Call[]) =>
  keyboardCalls.filter(({ path }) => path.includes('/keyboard')).map(({ path }) => new URLSearchParams(path.split('?')[1]).get('typed'))
const submitButton = (panel: VueWrapper) => panel.get('button.submit')
/** Through the last look, whose button sends the numbers. */
async function submit(panel: VueWrapper, clicks = 1) {
  await submitButton(panel).trigger('click')
  const final = panel.get('dialog .final')
  for (let click = 0; click < clicks; click++) void final.trigger('click')
  await flushPromises()
}
const isDisabled = (panel: VueWrapper, key: string) => panel.get(`[data-key="${key}"]`).attributes('disabled') !== undefined

test('keys that the server does not offer are disabled', { tags: ['R-20'] }, async () => {
  const panel = await mounted()
  expect([isDisabled(panel, 'A'), isDisabled(panel, '7'), isDisabled(panel, 'Z')]).toEqual([false, false, true])
})

test('each press asks for the characters that can follow, and a full slot goes on to the next empty one', async () => {
  const panel = await mounted()
  await press(panel, 'A1234')
  expect(typedBy(calls)).toEqual(['', 'A', 'A1', 'A12', 'A123'])
  expect(panel.findAll('.slot').map((slot) => slot.attributes('aria-pressed'))).toEqual(['false', 'true', 'false', 'false', 'false'])
  await panel.get('.slot').trigger('click')
  await flushPromises()
  expect(panel.findAll('[data-key]:not([data-key="backspace"]):not([data-key="clear"]):not([disabled])')).toHaveLength(0)
})

test('physical keys press the on-screen keys in order, however fast they come', async () => {
  const panel = await mounted()
  const slot = panel.get('.slot')
  for (const key of ['a', 'z', '1', '2', '3', '4']) void slot.trigger('keydown', { key })
  await flushPromises()
  expect(slot.text()).toContain('粤 B A 1 2 3 4')
})

test('physical keys work wherever the focus is while 自编 is shown, and I and O are explained', async () => {
  const panel = await mounted()
  const send = (key: string) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  send('a')
  await flushPromises()
  expect(panel.get('.slot').text()).toContain('粤 B A')
  send('O')
  await flushPromises()
  expect(panel.get('.flaw').text()).toContain('字母I和O')
})

test('退格 takes one character back, 清空本组 all of them', async () => {
  const panel = await mounted()
  await press(panel, 'A12')
  await panel.get('[data-key="backspace"]').trigger('click')
  expect(panel.get('.slot').text()).toContain('粤 B A 1')
  await panel.get('[data-key="clear"]').trigger('click')
  expect(panel.get('.slot').text()).toContain('未录入')
})

test('「确认选号」 counts down first, and then waits for a whole number', { tags: ['R-24', 'R-25'] }, async () => {
  view = viewWith({ composed: { remaining: 20, max_per_submission: 5, confirm_enabled_at: after(10) } })
  const waiting = await mounted()
  expect(submitButton(waiting).text()).toBe('确认选号(10秒)')
  await press(waiting, 'A1234')
  expect(submitButton(waiting).attributes('disabled')).toBeDefined()
  waiting.unmount()

  view = viewWith()
  const ready = await mounted()
  expect(submitButton(ready).attributes('disabled')).toBeDefined()
  await press(ready, 'A1234')
  expect(submitButton(ready).text()).toBe('确认选号')
  expect(submitButton(ready).attributes('disabled')).toBeUndefined()
})

test('the numbers go out in order of preference, once for a double click', async () => {
  const panel = await mounted()
  await panel.findAll('.slot')[1]?.trigger('click')
  await press(panel, '12345')
  await panel.findAll('.slot')[0]?.trigger('click')
  await flushPromises()
  await press(panel, 'A1234')
  await submit(panel, 2)
  const sent = calls.filter(({ path }) => path.endsWith('/compositions'))
  expect(sent.map(({ body }) => body)).toEqual([{ numbers: ['粤BA1234', '粤B12345'] }])
  expect(sent[0]?.key).toMatch(/^[0-9a-f-]{36}$/)
})

test('a half-typed or a repeated number is said and holds the submission back', async () => {
  const panel = await mounted()
  await press(panel, 'A1234')
  await panel.findAll('.slot')[2]?.trigger('click')
  await flushPromises()
  await press(panel, 'A12')
  expect(panel.get('.flaw').text()).toContain('第三意向')
  await press(panel, '34')
  expect(panel.get('.flaw').text()).toContain('重复')
  expect(submitButton(panel).attributes('disabled')).toBeDefined()
})

test('numbers that are all taken are named with what they cost, and the groups are emptied', { tags: ['R-21', 'R-27'] }, async () => {
  const panel = await mounted()
  await press(panel, 'A1234')
  view = viewWith({
    composed: { remaining: 19, max_per_submission: 5, confirm_enabled_at: after(10) },
    last_submission: [{ number: '粤BA1234', outcome: 'taken' }],
  })
  await submit(panel)
  expect(panel.get('.result').text()).toContain('剩余自编号牌个数减少1个。')
  expect(panel.text()).toContain('您还可以自编19个号牌')
  expect(panel.get('.slot').text()).toContain('未录入')
})

test('a refusal is said beside the button in the words of the server', async () => {
  const panel = await mounted()
  await press(panel, 'A1234')
  onCompose = () => refusal(409, 'too_early', { retry_at: after(5) })
  await submit(panel)
  expect(panel.get('[data-code="too_early"]').text()).toContain('说明 too_early')
  expect(panel.get('[data-code="too_early"]').text()).toContain('请在5秒后重试。')
})

test('no more slots than numbers are left, and none when they are used up', { tags: ['R-22'] }, async () => {
  view = viewWith({ composed: { remaining: 2, max_per_submission: 5, confirm_enabled_at: NOW } })
  const few = await mounted()
  expect(few.findAll('.slot')).toHaveLength(2)
  few.unmount()
  view = viewWith({ composed: { remaining: 0, max_per_submission: 5, confirm_enabled_at: null } })
  const none = await mounted()
  expect(none.find('.keyboard').exists()).toBe(false)
  expect(none.text()).toContain('用完')
})
