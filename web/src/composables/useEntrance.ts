import { shallowRef } from 'vue'
import type { Router } from 'vue-router'
import { enter as postEntry } from '@/api/preselections'
import type { EntryAnswer } from '@/api/types'
import { useSession } from '@/auth/session'
import { useAction } from './useAction'
import { findLiveSession } from './useLiveSession'
import { useParty } from './useParty'

export interface EntryRequest {
  preselectionId: string | null
  newVehicle: boolean
}

/** Sends one entry and opens the screen that the server names. Joins another tab that is selecting, without a new entry. */
export function useEntrance(router: Router, request: () => EntryRequest) {
  const { person } = useSession()
  const { takeEntry } = useParty()
  const answer = shallowRef<EntryAnswer | null>(null)
  const action = useAction((key, body: { preselection_id?: string; new_vehicle?: true }) => postEntry(body, key))

  const show = (id: string) => router.replace(`/preselections/${encodeURIComponent(id)}`)

  const enter = async () => {
    const { preselectionId, newVehicle } = request()
    const live = newVehicle ? null : await findLiveSession(person.value?.subject ?? '')
    if (live && (preselectionId === null || preselectionId === live)) return void show(live)
    const entered = await action.run({
      ...(preselectionId ? { preselection_id: preselectionId } : {}),
      ...(newVehicle ? { new_vehicle: true as const } : {}),
    })
    answer.value = entered
    if (entered) takeEntry(entered)
    if (!entered?.preselection || entered.screen === 'introduction' || entered.screen === 'blacklisted') return
    await show(entered.preselection.id)
  }

  return { answer, busy: action.busy, problem: action.problem, enter }
}
