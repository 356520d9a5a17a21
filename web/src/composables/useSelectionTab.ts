import { ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { PreselectionView } from '@/api/types'

export type SelectionTab = 'compose' | 'draw'

/** Starts with 随机, or with 自编 if no draw is left. With all composed numbers used up it changes to 随机 automatically. */
export function useSelectionTab(view: MaybeRefOrGetter<PreselectionView>) {
  const tab = ref<SelectionTab>(canDraw(toValue(view)) ? 'draw' : 'compose')
  const switched = ref(false)

  watch(
    () => toValue(view).composed.remaining,
    (remaining) => {
      if (remaining > 0 || tab.value === 'draw') return
      tab.value = 'draw'
      switched.value = true
    },
  )
  return { tab, switched }
}

function canDraw({ draws, batch, candidates, composed }: PreselectionView): boolean {
  return draws.remaining > 0 || batch !== null || candidates !== null || composed.remaining === 0
}
