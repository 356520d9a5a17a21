import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import DrawPanel from '@/components/DrawPanel.vue'
import { syncServerClock } from '@/composables/useServerClock'
import type { PreselectionView } from '@/api/types'
import { after, BATCH_NUMBERS, mountInPreselection, NOW, refusal, serve, viewWith, type Call } from './support'

const BATCH = { id: 'b1', numbers: BATCH_NUMBERS, expires_at: after(90) }
const CANDIDATES = { numbers: ['粤B12345'], expires_at: after(180) }

let calls: Call[]
let view: PreselectionView
let onAction: (call: Call) => ReturnType<typeof refusal>

beforeEach(() => {
  document.body.innerHTML = ''
  syncServerClock(NOW)
  view = viewWith()
  onAction = () => ({ body: view })
  calls = serve((call) => (call.method === 'POST' ? onAction(call) : { body: view }))
})

async function mounted(changes: Partial<PreselectionView> = {}): Promise<VueWrapper> {
  view = viewWith(changes)
  const panel = mountInPreselection(DrawPanel)
  await flushPromises()
  return panel
}

const posts = () => calls.filter(({ method }) => method === 'POST')

test('the button reads 随机一次(5) and then 换一批(4), and ten plates appear', { tags: ['R-31', 'R-46'] }, async () => {
  const panel = await mounted()
  expect(panel.get('.once').text()).toBe('随机一次(5)')
  expect(document.activeElement).toBe(document.body)
  view = viewWith({ draws: { remaining: 4, batch_size: 10, total: 5 }, batch: BATCH })
  await panel.get('.once').trigger('click')
  await flushPromises()
  expect(panel.get('.once').text()).toBe('换一批(4)')
  expect(panel.findAll('.pick')).toHaveLength(10)
  expect(panel.get('.countdown').text()).toBe('距失效90秒')
  // The focus goes where the eye goes.
  expect(document.activeElement?.id).toBe('batch-title')
  expect(posts().map(({ body }) => body)).toEqual([{ exclude_four: false, nonce: expect.stringMatching(/^[\w-]{32}$/) }])
})

test('drawn numbers that count down say why they cannot be kept longer', async () => {
  const panel = await mounted({ batch: BATCH })
  expect(panel.text()).toContain('倒计时不能延长')
})

test('「不包含4」 goes with the draw', { tags: ['R-36'] }, async () => {
  const panel = await mounted()
  await panel.get('input[name="exclude_four"]').setValue(true)
  await panel.get('.once').trigger('click')
  await flushPromises()
  expect(posts()[0]?.body).toMatchObject({ exclude_four: true })
})

test('a double click draws once', async () => {
  const panel = await mounted()
  void panel.get('.once').trigger('click')
  void panel.get('.once').trigger('click')
  await flushPromises()
  expect(posts()).toHaveLength(1)
})

test('plates have names that spell them out, and pressing one puts it aside', async () => {
  const panel = await mounted({ batch: BATCH })
  const plate = panel.get('[data-number="粤B12345"]')
  expect(plate.get('.sr-only').text()).toBe('加入备选')
  expect(plate.get('svg').attributes('aria-label')).toBe('号牌 粤 B 1 2 3 4 5')
  view = viewWith({ batch: BATCH, candidates: CANDIDATES })
  await plate.trigger('click')
  // The choice shows at once that it is under way.
  expect([plate.attributes('aria-busy'), plate.text()]).toEqual(['true', expect.stringContaining('处理中…')])
  await flushPromises()
  expect(posts()[0]?.body).toEqual({ number: '粤B12345' })
  expect(panel.get('[data-number="粤B12345"]').attributes('aria-pressed')).toBe('true')
  expect(panel.get('.candidates .countdown').text()).toBe('距失效180秒')
})

test('the number put aside last is the one to confirm, until the visitor picks another', async () => {
  const panel = await mounted({ batch: BATCH, candidates: CANDIDATES })
  const picked = () => panel.find<HTMLInputElement>('.picked input').element.value
  const putAside = async (numbers: string[]) => {
    view = viewWith({ batch: BATCH, candidates: { ...CANDIDATES, numbers } })
    await panel.get(`[data-number="${numbers.at(-1)}"]`).trigger('click')
    await flushPromises()
  }
  expect(picked()).toBe('粤B12345')
  await putAside(['粤B12345', '粤BA1234'])
  expect(picked()).toBe('粤BA1234')
  await panel.get('input[value="粤B12345"]').setValue(true)
  await putAside(['粤B12345', '粤BA1234', '粤BAB123'])
  expect(picked()).toBe('粤B12345')
})

test('at zero the batch cannot be chosen from any more, and the view is read again', async () => {
  vi.useFakeTimers()
  syncServerClock(NOW)
  const panel = await mounted({ batch: BATCH })
  const reads = () => calls.filter(({ method }) => method === 'GET').length
  const before = reads()
  await vi.advanceTimersByTimeAsync(90_000)
  expect(panel.get('.pick').attributes('disabled')).toBeDefined()
  expect(panel.get('.countdown').text()).toBe('已失效')
  view = viewWith({ now: after(91) })
  await vi.advanceTimersByTimeAsync(500)
  expect(reads()).toBe(before + 1)
  // The numbers stay grey for some seconds, and the page says what has happened.
  expect(panel.get('.gone').text()).toBe('这批号码已失效，请换一批。')
  expect(panel.findAll('.pick[disabled]')).toHaveLength(10)
  await vi.advanceTimersByTimeAsync(8000)
  expect(panel.find('.pick').exists()).toBe(false)
})

test('with no draws left the button is disabled, and what is held stays usable', async () => {
  const panel = await mounted({ draws: { remaining: 0, batch_size: 10, total: 5 }, batch: BATCH, candidates: CANDIDATES })
  expect(panel.get('.once').attributes('disabled')).toBeDefined()
  expect(panel.text()).toContain('随机选号次数已用完')
  expect(panel.get('.pick').attributes('disabled')).toBeUndefined()
})

test('the sheet shows the plate once more, and only its button makes it final', async () => {
  const panel = await mounted({ batch: BATCH, candidates: CANDIDATES })
  await panel.get('.selection-bar .van-button').trigger('click')
  await flushPromises()
  const sheet = panel.get('dialog')
  expect(sheet.get('svg').attributes('aria-label')).toBe('号牌 粤 B 1 2 3 4 5')
  expect(posts()).toHaveLength(0)
  await sheet.get('.van-button:last-child').trigger('click')
  await flushPromises()
  expect(posts().map(({ path, body }) => [path, body])).toEqual([['/preselections/p1/confirmation', { number: '粤B12345' }]])
})

test('when the candidates end, the open sheet closes and the page says so', async () => {
  vi.useFakeTimers()
  syncServerClock(NOW)
  const panel = await mounted({ candidates: CANDIDATES })
  await panel.get('.selection-bar .van-button').trigger('click')
  expect(panel.get('dialog').text()).toContain('L************7371 · 深圳车管所')
  view = viewWith({ now: after(181) })
  await vi.advanceTimersByTimeAsync(180_500)
  expect(panel.get('dialog').text()).toBe('')
  expect(panel.get('.candidates [role="alert"]').text()).toContain('未选用任何号牌')
})

test('with the draws used up the panel points to 自编', async () => {
  const panel = await mounted({ draws: { remaining: 0, batch_size: 10, total: 5 } })
  expect(panel.text()).toContain('改用自编选号(还可自编20个)')
})

test('a refusal is said where it was pressed, and the view is read again', async () => {
  const panel = await mounted({ batch: BATCH })
  onAction = () => refusal(409, 'batch_expired')
  view = viewWith()
  await panel.get('.pick').trigger('click')
  await flushPromises()
  expect(panel.get('.batch [data-code="batch_expired"]').text()).toContain('说明 batch_expired')
  expect(panel.find('.pick').exists()).toBe(false)
})

test('an office with several prefixes offers them, or any', async () => {
  const panel = await mounted({ office: { code: '1', name: '广州', address: '', prefixes: ['粤A', '粤E'], hours: null, telephone: null, coordinates: null } })
  await panel.get('input[value="粤E"]').setValue(true)
  await panel.get('.once').trigger('click')
  await flushPromises()
  expect(posts()[0]?.body).toMatchObject({ exclude_four: false, prefix: '粤E' })
})
