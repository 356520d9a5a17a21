import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import { shallowRef } from 'vue'
import LeaveDialog from '@/components/LeaveDialog.vue'
import NotesStage from '@/screens/stages/NotesStage.vue'
import { useSession } from '@/auth/session'
import { followSession } from '@/composables/useSessionHere'
import { syncServerClock } from '@/composables/useServerClock'
import { router } from '@/router'
import type { PreselectionView } from '@/api/types'
import { after, mountInPreselection, mountPlain, NOW, serve, viewWith } from './support'

beforeEach(async () => {
  vi.stubGlobal('scrollTo', () => undefined)
  useSession().state.value = 'signed-in'
  syncServerClock(NOW)
  serve(() => ({ body: viewWith() }))
  await router.push('/help')
})

const SELECTING = { session_until: after(600) }

test('whoever goes from 预选号牌 to the entrance is asked, and staying keeps the session', async () => {
  followSession(shallowRef<PreselectionView | null>(viewWith(SELECTING)))
  const dialog = mountPlain(LeaveDialog)
  const going = router.push('/')
  await vi.waitFor(() => expect(dialog.get('dialog').text()).not.toBe(''))
  const [stay, leave] = dialog.findAll('.actions button')
  expect([stay?.text(), leave?.text()]).toEqual(['继续选号', '离开'])
  await stay?.trigger('click')
  await going
  expect(router.currentRoute.value.path).toBe('/preselections/p1')
  const again = router.push('/')
  await vi.waitFor(() => expect(dialog.get('dialog').text()).not.toBe(''))
  await dialog.findAll('.actions button')[1]?.trigger('click')
  await again
  expect(router.currentRoute.value.path).toBe('/')
})

test.each([
  ['help', '/help', SELECTING],
  ['the entrance, after a session that has ended by idleness', '/', { session_until: after(-1) }],
])('nobody is asked on the way to %s', async (_, path, changes) => {
  followSession(shallowRef<PreselectionView | null>(viewWith(changes)))
  const dialog = mountPlain(LeaveDialog)
  await router.push('/segments')
  await router.push(path)
  expect(router.currentRoute.value.path).toBe(path)
  expect(dialog.get('dialog').text()).toBe('')
})

test.each([
  ['entered again elsewhere', { session_until: after(600) }, {}, '该预选在另一台设备或另一个窗口重新进入'],
  ['idle for too long', { session_until: after(1) }, {}, '没有操作'],
  ['taken on by a colleague', { session_until: after(600) }, { phone: '139****9000' }, '经办人'],
])('a page that is thrown back says why: %s', async (_, before, changes, words) => {
  const views = [viewWith(before), viewWith({ stage: 'service_notes', now: after(2), ...changes })]
  serve(() => ({ body: views.length > 1 ? views.shift() : views[0] }))
  const page = mountInPreselection(NotesStage)
  await flushPromises()
  document.dispatchEvent(new Event('visibilitychange'))
  await vi.waitFor(() => expect(page.get('[role="alert"].held').text()).toContain(words))
})
