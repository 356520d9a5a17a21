import { computed, onMounted, onScopeDispose, shallowRef } from 'vue'
import { fetchQueue, followQueue, joinQueue } from '@/api/queue'
import type { Queue, QueuePlace } from '@/api/types'

/** The person's place in the office's waiting room; without one, or while it can't be read, the way is free. */
const KEPT = 'xuanhao.queue.'

export function useWaitingRoom(office: string | null) {
  const queue = shallowRef<Queue | null>(null)
  const place = shallowRef<QueuePlace | null>(null)
  let stop: (() => void) | null = null

  const isThere = computed(() => (queue.value?.opens_at ?? null) !== null)
  const mustWait = computed(() => isThere.value && isOpen() && place.value?.admitted !== true)

  /** The server names no place before the opening, and always one afterwards. */
  const isOpen = () => queue.value?.open === true || (place.value?.place ?? null) !== null

  const keep = (next: QueuePlace) => {
    place.value = next
    sessionStorage.setItem(KEPT + office, next.pass)
  }

  const load = async () => {
    if (!office) return
    try {
      queue.value = await fetchQueue(office)
      if (!isThere.value) return
      keep(await joinQueue(office, sessionStorage.getItem(KEPT + office) ?? ''))
      stop ??= followQueue(office, place.value?.pass ?? '', keep)
    } catch {
      // The server says by its answer to `start` whether there is a queue; it is not in the way before.
    }
  }

  onMounted(load)
  onScopeDispose(() => stop?.())
  return { isThere, mustWait, place, pass: () => place.value?.pass ?? '', reload: load }
}
