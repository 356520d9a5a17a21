import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import AppealList from '@/components/staff/AppealList.vue'
import { useSession } from '@/auth/session'
import { loadStaffWords } from '@/i18n/staff/words'
import { NOW, after, mountPlain, refusal, serve, type Call } from './support'

beforeAll(loadStaffWords)
beforeEach(() => {
  useSession().person.value = { subject: 'wang', name: 'wang', roles: ['operator'], office: null, organisation: null, demoUser: null }
})

const OPEN = {
  id: 'a1', entry_id: 'b1', preselection_id: 'p1', holder: '张*', state: 'open', filed_at: NOW, decide_by: after(-60), late: true,
  reason: '车辆受损\n无法到场', attachment: null, decision: null, decision_reason: null, decided_at: null, decided_by: null, confirmed_at: null, confirmed_by: null,
}
const decidedBy = (name: string) => ({ ...OPEN, decision: 'refused', decision_reason: '证据不足', decided_at: NOW, decided_by: name })
const press = async (page: VueWrapper, text: string, place = 0) => {
  await page.findAll('button').filter((button) => button.text() === text)[place]?.trigger('click')
  await flushPromises()
}
const posts = (calls: Call[]) => calls.filter(({ method }) => method === 'POST')

test('an open appeal is read with what was written and that it is late, and decided with an answer', async () => {
  const calls = serve(({ method }) => ({ body: method === 'GET' ? { items: [OPEN] } : OPEN }))
  const page = mountPlain(AppealList)
  await flushPromises()
  expect(calls[0]?.path).toBe('/operations/appeals?state=open')
  for (const words of ['张*', 'p1', '车辆受损\n无法到场', '已逾期']) expect(page.text()).toContain(words)
  await press(page, '驳回申诉')
  await press(page, '驳回申诉', 1)
  expect(posts(calls)).toEqual([])
  await page.get('dialog [name="reason"]').setValue('证据不足')
  await press(page, '驳回申诉', 1)
  expect(posts(calls)).toMatchObject([{ path: '/operations/appeals/a1/decision', body: { decision: 'refused', reason: '证据不足' } }])
  expect(page.get('dialog').text()).toBe('')
})

test('nobody confirms their own decision; another one\'s is confirmed as it was seen', async () => {
  serve(() => ({ body: { items: [decidedBy('wang')] } }))
  const own = mountPlain(AppealList)
  await flushPromises()
  expect(own.findAll('button').find((button) => button.text() === '复核：申诉未获准')?.attributes('disabled')).toBeDefined()
  own.unmount()
  const calls = serve(({ method }) => (method === 'GET' ? { body: { items: [decidedBy('li')] } } : refusal(409, 'nothing_to_confirm')))
  const page = mountPlain(AppealList)
  await flushPromises()
  expect(page.text()).toContain('证据不足')
  await press(page, '复核：申诉未获准')
  expect(posts(calls)).toMatchObject([{ path: '/operations/appeals/a1/confirmation', body: { decision: 'refused' } }])
  expect(page.text()).toContain('说明 nothing_to_confirm')
})

test('decided appeals are listed without a further act', async () => {
  const calls = serve(({ path }) => ({ body: { items: path.endsWith('granted') ? [{ ...decidedBy('li'), state: 'granted', decision: 'granted' }] : [] } }))
  const page = mountPlain(AppealList)
  await flushPromises()
  expect(page.text()).toContain('没有记录。')
  await page.get('select[name="appeal_state"]').setValue('granted')
  await flushPromises()
  expect(calls.at(-1)?.path).toBe('/operations/appeals?state=granted')
  expect(page.findAll('article button')).toEqual([])
})
