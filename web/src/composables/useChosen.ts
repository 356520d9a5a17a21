import { computed, shallowRef } from 'vue'

/** What a dialog is about: it is open while something is chosen. */
export function useChosen<Thing>() {
  const chosen = shallowRef<Thing | null>(null)
  const isOpen = computed({
    get: () => chosen.value !== null,
    set: (open) => {
      if (!open) chosen.value = null
    },
  })
  return { chosen, isOpen }
}
