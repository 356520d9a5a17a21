import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useEntrance, type EntryRequest } from '@/composables/useEntrance'
import { useSession } from '@/auth/session'
import { serve, viewWith } from './support'

async function enterWith(request: Partial<EntryRequest>, answer: object) {
  const calls = serve(() => ({ body: { screen: 'introduction', message: null, preselection: null, blacklist: null, others: [], ...answer } }))
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  await router.push('/')
  const entrance = useEntrance(router, () => ({ preselectionId: null, newVehicle: false, ...request }))
  await entrance.enter()
  await flushPromises()
  return { calls, path: router.currentRoute.value.path, ...entrance }
}

test('whoever is unfinished or has a plate goes to their preselection', async () => {
  const { path, calls } = await enterWith({}, { screen: 'completed', preselection: viewWith({ stage: 'completed' }) })
  expect(path).toBe('/preselections/p1')
  expect(calls.map(({ body }) => body)).toEqual([{}])
})

test('the introduction and the blacklist are shown at the entrance itself', { tags: ['R-01'] }, async () => {
  expect((await enterWith({}, {})).path).toBe('/')
  const live = viewWith({ stage: 'completed' })
  const banned = await enterWith({}, { screen: 'blacklisted', preselection: live, blacklist: { until: live.now } })
  expect([banned.path, banned.answer.value?.screen]).toEqual(['/', 'blacklisted'])
})

test('another vehicle, or a certain preselection, is asked for by name', async () => {
  expect((await enterWith({ newVehicle: true }, {})).calls[0]?.body).toEqual({ new_vehicle: true })
  expect((await enterWith({ preselectionId: 'p9' }, {})).calls[0]?.body).toEqual({ preselection_id: 'p9' })
})

test('a tab that is selecting already is joined, and nothing is entered again', async () => {
  useSession().person.value = { subject: 's1', name: '', roles: [], office: null, organisation: null, demoUser: null }
  class OtherTab extends EventTarget {
    close = () => undefined
    postMessage = ({ ask }: { ask: string }) => {
      this.dispatchEvent(new MessageEvent('message', { data: { live: 'p7', subject: ask } }))
    }
  }
  vi.stubGlobal('BroadcastChannel', OtherTab)
  const { path, calls } = await enterWith({}, {})
  expect([path, calls]).toEqual(['/preselections/p7', []])
})
