import { reactive } from 'vue'
import { fetchKeyboard, fetchSuggestions } from '@/api/preselections'
import { useLoader } from './useLoader'
import { prefixOf, serialOf, SERIAL_LENGTH } from '@/plates/plateNumbers'

export const KINDS = ['pairs', 'alternating', 'triple', 'sequence', 'date'] as const

export interface NumberForm {
  prefix: string
  template: string
  contains: string
  ends_with: string
  kind: '' | (typeof KINDS)[number]
  exclude_four: boolean
}

/** A search in the keyboard's snapshot; fields that were left empty ask for nothing. */
export function useNumberSearch(id: string, prefix: string) {
  const form = reactive<NumberForm>({ prefix, template: '', contains: '', ends_with: '', kind: '', exclude_four: false })
  const search = useLoader(() => fetchSuggestions(id, { ...form, exclude_four: String(form.exclude_four) }))
  const known = useLoader((numbers: readonly string[]) => availabilityOf(id, numbers))
  return { form, search, known }
}

/** Which of the numbers the snapshot has: their last character can still be typed. */
async function availabilityOf(id: string, numbers: readonly string[]) {
  const asked = numbers.map(async (number) => {
    const serial = serialOf(number)
    const { available, as_of: asOf } = await fetchKeyboard(id, { prefix: prefixOf(number), typed: serial.slice(0, -1) })
    return { number, asOf, isFree: available.includes(serial.slice(SERIAL_LENGTH - 1)) }
  })
  return Promise.all(asked)
}
