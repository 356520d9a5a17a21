import { onScopeDispose, type ShallowRef } from 'vue'
import { useSession } from '@/auth/session'
import type { PreselectionView } from '@/api/types'

/**
 * A second tab within a live session only reads; it is not a new entry. So the entrance first asks the other tabs of
 * this browser whether one of them is selecting, and joins it.
 */
const CHANNEL = 'xuanhao.session'
const ANSWER_WITHIN_MS = 150
const LIVE_STAGES = new Set(['identity_verification', 'plate_selection'])

type Message = { ask: string } | { live: string; subject: string }

export function useLiveSessionAnswer(view: Readonly<ShallowRef<PreselectionView | null>>): void {
  const { person } = useSession()
  const channel = openChannel()
  if (!channel) return
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    const { value } = view
    if (!('ask' in data) || !value || data.ask !== person.value?.subject) return
    if (LIVE_STAGES.has(value.stage)) channel.postMessage({ live: value.id, subject: data.ask } satisfies Message)
  })
  onScopeDispose(() => channel.close())
}

/** The id of the preselection that is open in another tab; null if there is none. */
export function findLiveSession(subject: string): Promise<string | null> {
  const channel = openChannel()
  if (!channel || !subject) return Promise.resolve(null)
  return new Promise((resolve) => {
    const settle = (id: string | null) => {
      clearTimeout(timer)
      channel.close()
      resolve(id)
    }
    const timer = setTimeout(() => settle(null), ANSWER_WITHIN_MS)
    channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if ('live' in data && data.subject === subject) settle(data.live)
    })
    channel.postMessage({ ask: subject } satisfies Message)
  })
}

function openChannel(): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL)
}
