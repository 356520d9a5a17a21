import { ref, shallowRef } from 'vue'
import { enter, fetchMine } from '@/api/preselections'
import type { EntryAnswer, OtherPreselection } from '@/api/types'

/** What concerns the party beside the car on the screen: its other cars, and whether it is banned. */
const OFFERED = new Set(['service_notes', 'identity_verification', 'plate_selection', 'completed'])
const cars = shallowRef<readonly OtherPreselection[]>([])
const bannedUntil = ref<string | null>(null)
const entryMessage = ref('')

export function useParty() {
  return { cars, bannedUntil, entryMessage, takeEntry, loadCars, loadBan }
}

function takeEntry({ others, preselection, blacklist, message }: EntryAnswer): void {
  cars.value = preselection && OFFERED.has(preselection.stage) ? [preselection, ...others] : others
  bannedUntil.value = blacklist?.until ?? null
  entryMessage.value = message ?? ''
}

/** Only reads. Without an answer the list stays as it is, because nothing depends on it. */
async function loadCars(): Promise<void> {
  const mine = await fetchMine().catch(() => null)
  if (mine) cars.value = mine.filter(({ stage }) => OFFERED.has(stage))
}

/** An entry for a new vehicle changes nothing, and returns a ban. Rejects with the problem. */
async function loadBan(): Promise<void> {
  bannedUntil.value = (await enter({ new_vehicle: true }, crypto.randomUUID())).blacklist?.until ?? null
}
