import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import EndedStage from '@/screens/stages/EndedStage.vue'
import { useComposition } from '@/composables/useComposition'
import { flawOf } from '@/plates/fileContents'
import appealWords from '@/words/appeal'
import completedWords from '@/words/completed'
import finderWords from '@/words/finder'
import { ref } from 'vue'
import { after, mountInPreselection, serve, viewWith } from './support'

const APPEAL = { id: 'a1', state: 'open' as const, filed_at: after(-60), decide_by: after(86_400), late: false, answered_at: null, answer: null }
const BAN = { until: after(100_000), released_at: null }

function overdue(changes: Parameters<typeof viewWith>[0]) {
  const view = viewWith({ stage: 'overdue', ...changes })
  return serve(({ path, method }) => {
    if (path === '/entries') return { body: { screen: 'introduction', message: null, preselection: null, blacklist: null, others: [] } }
    if (method === 'POST') return { status: 201, body: APPEAL }
    return { body: path === '/offices' ? { items: [] } : view }
  })
}

test('the form sends the reason once, and no reason is not sent', async () => {
  const calls = overdue({ ban: BAN })
  const page = mountInPreselection(EndedStage)
  await flushPromises()
  await page.find('#appeal form').trigger('submit')
  expect(page.find('#appeal').text()).toContain('请填写申诉理由。')
  await page.find('textarea').setValue(' 车辆受损 ')
  await page.find('#appeal form').trigger('submit')
  await flushPromises()
  const sent = calls.filter(({ path }) => path.endsWith('/appeal'))
  expect(sent.map(({ body }) => body)).toEqual([{ reason: '车辆受损', attachment: null }])
  page.unmount()
})

test('an open appeal shows its deadline and no form, and a late answer says so', async () => {
  overdue({ ban: BAN, appeal: { ...APPEAL, late: true } })
  const page = mountInPreselection(EndedStage)
  await flushPromises()
  expect(page.find('[data-appeal="open"]').text()).toContain('车管所未能按期答复')
  expect(page.find('#appeal form').exists()).toBe(false)
  page.unmount()
})

test('after a release no part of the page speaks of a ban that runs', async () => {
  overdue({ ban: { ...BAN, released_at: after(-10) }, appeal: { ...APPEAL, state: 'granted', answered_at: after(-10), answer: '属实' } })
  const page = mountInPreselection(EndedStage)
  await flushPromises()
  expect(page.text()).toContain('申诉已获准，黑名单已解除。')
  expect(page.text()).not.toContain('自动解除时间')
  expect(page.find('#appeal form').exists()).toBe(false)
  page.unmount()
})

test('only small files of the three kinds are sent', () => {
  const file = (name: string, size: number) => Object.defineProperty(new File([''], name), 'size', { value: size })
  expect([file('a.PDF', 9), file('a.jpeg', 2_000_000), file('a.png', 2_000_001), file('a.exe', 9)].map(flawOf)).toEqual([null, null, 'tooLarge', 'wrongKind'])
})

test('a found number goes into the active slot, then into the next one without a whole number', () => {
  const composition = useComposition(['粤B'], ref(2))
  expect([composition.place('粤BA1234'), composition.place('粤BA1235'), composition.place('粤BA1236')]).toEqual([0, 1, null])
  expect(composition.numbers.value).toEqual(['粤BA1234', '粤BA1235'])
})

test.each([appealWords, completedWords, finderWords])('every language has the same words and facts', (words) => {
  const facts = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([fact]) => fact).toSorted()
  const shapes = Object.values(words).map((language) => Object.entries(language as Record<string, string>).map(([name, text]) => [name, ...facts(text)]))
  expect(shapes[1]).toEqual(shapes[0])
  expect(shapes[2]?.map(([name]) => name)).toEqual(shapes[0]?.map(([name]) => name))
})
