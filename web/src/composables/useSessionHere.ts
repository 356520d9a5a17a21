import { computed, ref, shallowRef, watch, type ShallowRef } from 'vue'
import type { PreselectionView } from '@/api/types'
import { serverNow } from './useServerClock'

/**
 * The selection that is open in this window. Its own screen, help and the published segments only read; the entrance would
 * send it back to 选号服务说明, so whoever goes there is asked first.
 */
const LIVE_STAGES = new Set(['identity_verification', 'plate_selection'])
const current = shallowRef<{ id: string; until: string | null } | null>(null)
const asking = ref(false)
let answerWith: ((leave: boolean) => void) | null = null

/** Null after the session has ended by idleness, which nobody has to be asked about. */
function liveNow() {
  const { value } = current
  return value && (value.until === null || Date.parse(value.until) > serverNow()) ? value : null
}

export function useSessionHere() {
  return { current: computed(() => current.value), asking, liveNow, answer, forget }
}

export function followSession(view: Readonly<ShallowRef<PreselectionView | null>>): void {
  watch(
    view,
    (now) => {
      if (!now) return
      if (LIVE_STAGES.has(now.stage)) current.value = { id: now.id, until: now.session_until }
      else if (current.value?.id === now.id) forget()
    },
    { immediate: true },
  )
}

/** True if the visitor wants to leave; the dialog is in App.vue. */
export function askWhetherToLeave(): Promise<boolean> {
  answerWith?.(false)
  asking.value = true
  return new Promise((resolve) => {
    answerWith = resolve
  })
}

function answer(leave: boolean): void {
  asking.value = false
  if (leave) forget()
  answerWith?.(leave)
  answerWith = null
}

function forget(): void {
  current.value = null
}
