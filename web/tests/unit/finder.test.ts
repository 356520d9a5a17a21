import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import NumberFinder from '@/components/NumberFinder.vue'
import { mountPlain, NOW, serve } from './support'

beforeEach(() => localStorage.clear())

const PROPS = { id: 'p1', prefixes: ['粤B'], open: true, place: (number: string) => (number.endsWith('8') ? '第一意向' : null) }
const snapshot = ({ path }: { path: string }) => ({
  body: path.includes('/keyboard') ? { position: 4, available: ['8'], as_of: NOW } : { items: ['粤B12A38', '粤B12A39'], more: true, as_of: NOW },
})

test('the filter is searched once, as of the snapshot, and one tap fills the places', async () => {
  const calls = serve(snapshot)
  const page = mountPlain(NumberFinder, PROPS)
  await flushPromises()
  expect(calls).toEqual([])
  await page.get('[name="ends_with"]').setValue('a38')
  await page.get('[name="kind"]').setValue('pairs')
  await page.get('[name="find-four"]').setValue(true)
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(calls).toHaveLength(1)
  const query = new URLSearchParams(calls[0]?.path.split('?')[1])
  expect(Object.fromEntries(query)).toMatchObject({ prefix: '粤B', ends_with: 'A38', kind: 'pairs', exclude_four: 'true' })
  expect(page.text()).toContain('截至10:10')
  await page.get('[data-found="粤B12A38"]').trigger('click')
  expect(page.get('[role="status"]').text()).toBe('已填入第一意向：粤B12A38')
  await page.get('[data-found="粤B12A39"]').trigger('click')
  expect(page.get('[role="status"]').text()).toBe('意向已填满，请先清空一组。')
  expect(calls).toHaveLength(1)
})

test('favourites stay in the browser, and say whether the snapshot still has them', async () => {
  serve(snapshot)
  const page = mountPlain(NumberFinder, PROPS)
  await page.get('form').trigger('submit')
  await flushPromises()
  for (const star of page.findAll('.star')) await star.trigger('click')
  page.unmount()
  const calls = serve(snapshot)
  const later = mountPlain(NumberFinder, PROPS)
  await flushPromises()
  expect(calls.every(({ method, path }) => method === 'GET' && path.startsWith('/preselections/p1/keyboard'))).toBe(true)
  const rows = later.findAll('[data-found]').map((button) => [button.attributes('data-found'), button.find('small').text(), button.attributes('disabled') !== undefined])
  expect(rows).toEqual([['粤B12A39', '已不可选 · 截至10:10', true], ['粤B12A38', '可选 · 截至10:10', false]])
  await later.findAll('.star')[0]?.trigger('click')
  expect(later.findAll('[data-found]')).toHaveLength(1)
})
