import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import OfficeContact from '@/components/OfficeContact.vue'
import OfficeDetails from '@/components/staff/OfficeDetails.vue'
import CompletedStage from '@/screens/stages/CompletedStage.vue'
import EndedStage from '@/screens/stages/EndedStage.vue'
import type { Stage } from '@/api/types'
import { mountInPreselection, mountPlain, serve, viewWith } from './support'

const COMPLETED = viewWith({ stage: 'completed', plate: '粤B12A34', visit_by: '2026-11-26', deadline: '2026-11-26T16:00:00.000Z' })

const ENTRY = { screen: 'introduction', message: null, preselection: null, blacklist: null, others: [] }

test.each([
  ['still banned', { until: '2028-11-26T16:00:00.000Z' }, '您已被列入选号黑名单，自动解除时间：2028年11月27日'],
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

test('after a composition the page says which number was free and which were taken', { tags: ['R-28'] }, async () => {
  const last_submission = (['taken', 'accepted', 'not_tried'] as const).map((outcome, i) => ({ number: `粤BA123${i}`, outcome }))
  serve(() => ({ body: { ...COMPLETED, plate: '粤BA1231', last_submission } }))
  const stage = mountInPreselection(CompletedStage)
  await flushPromises()
  expect(stage.get('.outcome').text()).toBe('第一意向 粤B·A1230：已被预选第二意向 粤B·A1231：预选成功第三意向 粤B·A1232：未验证')
})

const LOCATED = { ...COMPLETED.office, telephone: '0755-12123', hours: '9–17', coordinates: { latitude: 22.5431, longitude: 114.0579 } }

test.each([
  ['completed', () => mountInPreselection(CompletedStage)],
  ['exhausted', () => mountPlain(EndedStage, { view: viewWith({ stage: 'exhausted', office: LOCATED }) })],
  ['a dead end of the form', () => mountPlain(OfficeContact, { code: LOCATED.code })],
])('%s: the way to the office is its address and its coordinates to copy, a link into a map, hours and telephone', async (_, mounted) => {
  serve(({ path }) => ({ body: path === '/offices' ? { items: [LOCATED] } : { ...COMPLETED, office: LOCATED } }))
  const copied: string[] = []
  vi.stubGlobal('navigator', { clipboard: { writeText: (text: string) => Promise.resolve(copied.push(text)) } })
  const page = mounted()
  await flushPromises()
  const facts = page.findAll('dd').map((fact) => fact.text())
  for (const words of ['龙井路1号', '22.5431, 114.0579', 'WGS 84', '9–17', '0755-12123']) expect(facts.join(' ')).toContain(words)
  expect(page.get('[data-testid="coordinates"] a').attributes('href')).toBe('geo:22.5431,114.0579')
  for (const button of page.findAll('button.copy')) await button.trigger('click')
  expect(copied).toEqual(['龙井路1号', '22.5431, 114.0579'])
  expect(page.text()).toContain('已复制。')
})

test('an office without coordinates has an address and no link into a map', async () => {
  serve(() => ({ body: COMPLETED }))
  const page = mountInPreselection(CompletedStage)
  await flushPromises()
  expect(page.findAll('button.copy')).toHaveLength(1)
  expect(page.html()).not.toContain('geo:')
})

test.each([
  ['31.2304, 121.4737', { latitude: 31.2304, longitude: 121.4737 }],
  ['31.2304，121.4737', { latitude: 31.2304, longitude: 121.4737 }],
  ['here', { latitude: 0, longitude: 0 }],
  ['', undefined],
])('an operator changes the coordinates to «%s», and another change keeps them', async (typed, sent) => {
  const office = { ...LOCATED, names: {}, province: '广东省' }
  const calls = serve(() => ({ body: office }))
  const page = mountPlain(OfficeDetails, { office })
  const save = async (field: string, value: string) => {
    await page.get(`[name="${field}"]`).setValue(value)
    await page.get('form').trigger('submit')
    await page.get('dialog [name="reason"]').setValue('更正')
    await page.findAll('dialog button').at(-1)?.trigger('click')
    await flushPromises()
    return (calls.at(-1)?.body as { coordinates?: object } | undefined)?.coordinates
  }
  expect(await save('hours', '10–16')).toEqual(LOCATED.coordinates)
  expect(await save('coordinates', typed)).toEqual(sent)
})

test.each([
  ['2026-11-26', '距最后办理日还有3天，请备齐下列材料。'],
  ['2026-11-23', '今天是最后办理日，请携带下列材料前往办理。'],
])('up to %s the page says how many days are left, and what to bring', async (visit_by, words) => {
  serve(({ path }) => ({ body: path.endsWith('/things-to-bring') ? { items: ['身份证明', '登记证书'] } : { ...COMPLETED, visit_by } }))
  const page = mountInPreselection(CompletedStage)
  await flushPromises()
  expect(page.get('.left').text()).toBe(words)
})

test.each([
  ['delivered', '已送达138****8000'],
  ['failed', '未能送达138****8000'],
  ['handed_over', '已发送至138****8000'],
  ['given_up', '未能发送至138****8000'],
])('an SMS that is %s is said so', async (success_sms, words) => {
  serve(() => ({ body: { ...COMPLETED, success_sms } }))
  const page = mountInPreselection(CompletedStage)
  await flushPromises()
  expect(page.get('[data-sms]').text()).toContain(words)
})

test('a page that waits for the SMS asks a few times and then no more', async () => {
  vi.useFakeTimers()
  const calls = serve(() => ({ body: { ...COMPLETED, success_sms: 'waiting' } }))
  const page = mountInPreselection(CompletedStage)
  await vi.advanceTimersByTimeAsync(60_000)
  const asked = calls.length
  expect(asked).toBeGreaterThan(5)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(calls).toHaveLength(asked)
  page.unmount()
})
