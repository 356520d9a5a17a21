import { expect, test } from 'vitest'
import { nextTick } from 'vue'
import { readTime } from '@/composables/typedTime'
import DeadlineExtension from '@/components/staff/DeadlineExtension.vue'
import TimeField from '@/components/staff/TimeField.vue'
import { i18n } from '@/i18n'
import en from '@/i18n/en'
import staffWords from '@/i18n/staff/en'
import { mountPlain, serve } from './support'

test.each([
  ['2031-01-31', '2031-01-31'], ['2031/1/31', '2031-01-31'], ['2031年1月31日', '2031-01-31'], ['２０３１．１．３１', '2031-01-31'], ['20310131', '2031-01-31'], [' ', ''],
  ['2031-02-30', null], ['31.1.2031', null], ['2031-13-01', null], ['2031-01-31 09:00', null], ['tomorrow', null],
])('the day %j is read as %j', (typed, value) => {
  expect(readTime(typed, 'day')).toBe(value)
})

test.each([
  ['2031-01-31 09:05', '2031-01-31T09:05:00+08:00'], ['2031-1-31T9:05', '2031-01-31T09:05:00+08:00'], ['2031年1月31日 9时05分', '2031-01-31T09:05:00+08:00'],
  ['20310131 0905', '2031-01-31T09:05:00+08:00'], ['2031-01-31', null], ['2031-01-31 24:00', null], ['2031-01-31 09:60', null],
])('the instant %j is read as %j', (typed, value) => {
  expect(readTime(typed, 'instant')).toBe(value)
})

const fieldOf = (kind: 'day' | 'instant', value = '') => mountPlain(TimeField, { label: '起', name: 'since', kind, modelValue: value })

test('the form of the field and its months follow the page\'s language', async () => {
  const field = fieldOf('instant', '2031-01-31T09:00:00+08:00')
  expect([field.get('input').attributes('type'), field.get('input').attributes('placeholder')]).toEqual([undefined, '年-月-日 时:分'])
  expect(field.get('input').element.value).toBe('2031-01-31 09:00')
  await field.get('.choose').trigger('click')
  expect(field.get('.months strong').text()).toBe('2031年1月')
  i18n.global.setLocaleMessage('en', { ...en, ...staffWords })
  i18n.global.locale.value = 'en'
  await nextTick()
  expect(field.get('.months strong').text()).toBe('January 2031')
  i18n.global.locale.value = 'zh-CN'
})

test('a day is chosen from a month, and an instant keeps its hour', async () => {
  const field = fieldOf('instant', '2031-01-31T09:00:00+08:00')
  await field.get('.choose').trigger('click')
  await field.findAll('.months button')[1]?.trigger('click')
  expect([field.get('.months strong').text(), field.findAll('.days button')]).toEqual(['2031年2月', expect.objectContaining({ length: 28 })])
  await field.findAll('.days button')[2]?.trigger('click')
  expect(field.emitted('update:modelValue')?.at(-1)).toEqual(['2031-02-03T09:00:00+08:00'])
  expect(field.get('dialog').element.open).toBe(false)
})

test('what can\'t be read is named beside the field, and a form with it is not sent', async () => {
  const field = fieldOf('day')
  await field.get('input').setValue('31.1.2031')
  await field.get('input').trigger('blur')
  expect(field.get('[role="alert"]').text()).toBe('请写作 年-月-日，例如 2031-01-31。')
  expect(field.get('input').element.checkValidity()).toBe(false)
  await field.get('input').setValue('2031-1-31')
  await field.get('input').trigger('blur')
  expect([field.find('[role="alert"]').exists(), field.get('input').element.value, field.get('input').element.checkValidity()]).toEqual([false, '2031-01-31', true])
})

test('a preview of an extension without its hours says what is missing, and asks the server nothing', async () => {
  const calls = serve(() => ({ body: { items: [] } }))
  const page = mountPlain(DeadlineExtension)
  await page.get('button[type="submit"]').trigger('click')
  await nextTick()
  expect(page.findAll('[role="alert"]').map((each) => each.text()).filter(Boolean)).toEqual(['请填写时间。', '请填写时间。'])
  expect(calls.filter(({ method }) => method === 'POST')).toEqual([])
})
