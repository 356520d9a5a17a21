import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { useSelectionTab } from '@/composables/useSelectionTab'
import SelectionStage from '@/screens/stages/SelectionStage.vue'
import { mountInPreselection, NOW, serve, viewWith } from './support'

test('with the composed numbers used up 自编 turns to 随机 by itself and says so', { tags: ['R-29'] }, async () => {
  const view = shallowRef(viewWith())
  const { tab, switched } = useSelectionTab(view)
  tab.value = 'compose'
  view.value = viewWith({ composed: { remaining: 0, max_per_submission: 5, confirm_enabled_at: NOW } })
  await nextTick()
  expect([tab.value, switched.value]).toEqual(['draw', true])
})

test('the reason of the last failure stands above the notice of the change', { tags: ['R-27', 'R-29'] }, async () => {
  const last_submission = [{ number: '粤BA1234', outcome: 'taken' as const }]
  serve(() => ({ body: viewWith({ composed: { remaining: 0, max_per_submission: 5, confirm_enabled_at: null }, last_submission }) }))
  const stage = mountInPreselection(SelectionStage)
  await flushPromises()
  expect(stage.get('.panel > .result').text()).toContain('粤BA1234')
})
