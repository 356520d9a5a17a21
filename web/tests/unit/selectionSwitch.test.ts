import { expect, test } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { useSelectionTab } from '@/composables/useSelectionTab'
import { NOW, viewWith } from './support'

test('with the composed numbers used up 自编 turns to 随机 by itself and says so', { tags: ['R-29'] }, async () => {
  const view = shallowRef(viewWith())
  const { tab, switched } = useSelectionTab(view)
  tab.value = 'compose'
  view.value = viewWith({ composed: { remaining: 0, max_per_submission: 5, confirm_enabled_at: NOW } })
  await nextTick()
  expect([tab.value, switched.value]).toEqual(['draw', true])
})
