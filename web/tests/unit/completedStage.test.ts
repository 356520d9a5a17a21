import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import CompletedStage from '@/screens/stages/CompletedStage.vue'
import EndedStage from '@/screens/stages/EndedStage.vue'
import type { Stage } from '@/api/types'
import { mountInPreselection, mountPlain, serve, viewWith } from './support'

const COMPLETED = viewWith({ stage: 'completed', plate: '粤B12A34', visit_by: '2026-11-26', deadline: '2026-11-26T16:00:00.000Z' })

const ENTRY = { screen: 'introduction', message: null, preselection: null, blacklist: null, others: [] }

test.each([
  ['still barred', { until: '2028-11-26T16:00:00.000Z' }, '您已被列入选号黑名单，自动解除时间：2028年11月27日'],
  ['released', null, '您目前不在选号黑名单中'],
])('an overdue page knows whether the party is %s', async (_, blacklist, words) => {
  serve(() => ({ body: { ...ENTRY, blacklist } }))
  const stage = mountPlain(EndedStage, { view: viewWith({ stage: 'overdue' }) })
  await flushPromises()
  expect(stage.text()).toContain(words)
  expect(stage.find('a[href="/?new=1"]').exists()).toBe(blacklist === null)
})

test('the plate, the last day and the office are shown', { tags: ['R-40'] }, async () => {
  serve(() => ({ body: COMPLETED }))
  const stage = mountInPreselection(CompletedStage)
  await flushPromises()
  expect(stage.get('svg').attributes('aria-label')).toBe('号牌 粤 B 1 2 A 3 4')
  expect(stage.text()).toContain('请于11月26日(含)前')
  expect(stage.text()).toContain('2026年11月26日 星期四')
  expect(stage.text()).toContain('龙井路1号')
})

test('「打印预选号凭证」 fetches the voucher with the token, not by a link', { tags: ['R-42'] }, async () => {
  const calls = serve(() => ({ body: COMPLETED }))
  const made = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:voucher')
  const opened = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined)
  const stage = mountInPreselection(CompletedStage)
  await flushPromises()
  await stage.findAll('.actions .van-button')[0]?.trigger('click')
  await flushPromises()
  expect(calls.at(-1)?.path).toBe('/preselections/p1/voucher')
  expect([made, opened].map((spy) => spy.mock.calls.length)).toEqual([1, 1])
  expect(stage.html()).not.toContain('/voucher')
})

test.each<[Stage, string]>([
  ['exhausted', '请前往深圳车管所办理选号'],
  ['registered', '车管所已确认该号牌号码'],
  ['overdue', '该预选号牌已失效'],
  ['cancelled', '号牌号码不再为您保留'],
])('at %s the page says what that means', (stage, words) => {
  serve(() => ({ body: ENTRY }))
  expect(mountPlain(EndedStage, { view: viewWith({ stage }) }).text()).toContain(words)
})

test('a rejection at the desk is shown with its reason and what to do now', () => {
  const rejection = { reason: '缺少材料', advice: '请补齐材料后重新预选。', at: COMPLETED.now }
  const text = mountPlain(EndedStage, { view: viewWith({ stage: 'cancelled', rejection }) }).text()
  for (const words of ['原因：缺少材料', '请补齐材料后重新预选。', '不计入黑名单', '龙井路1号']) expect(text).toContain(words)
})

test('used up by the last submission: the page still says which numbers were taken', { tags: ['R-27'] }, () => {
  const view = viewWith({ stage: 'exhausted', last_submission: [{ number: '粤BA1234', outcome: 'taken' }] })
  expect(mountPlain(EndedStage, { view }).get('.result').text()).toContain('粤BA1234')
})

test('after a composition the page says which wish has won and which were taken', { tags: ['R-28'] }, async () => {
  const last_submission = (['taken', 'accepted', 'not_tried'] as const).map((outcome, i) => ({ number: `粤BA123${i}`, outcome }))
  serve(() => ({ body: { ...COMPLETED, plate: '粤BA1231', last_submission } }))
  const stage = mountInPreselection(CompletedStage)
  await flushPromises()
  expect(stage.get('.outcome').text()).toBe('第一意向 粤B·A1230：已被预选第二意向 粤B·A1231：预选成功第三意向 粤B·A1232：未验证')
})
