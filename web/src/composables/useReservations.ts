import { ref, shallowRef } from 'vue'
import { searchReservations, type ReservationQuery } from '@/api/desk'
import { asProblem, type Problem } from '@/api/problem'
import type { DeskReservation } from '@/api/types'

const PAGE_SIZE = 100
export const LARGEST_PAGE = 500

/** The office's reservations, newest first, a page at a time. */
export function useReservations() {
  const items = shallowRef<DeskReservation[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let query: ReservationQuery = {}
  let newest = 0

  const read = async (cursor: string | null) => {
    const mine = ++newest
    loading.value = true
    problem.value = null
    try {
      const page = await searchReservations({ ...query, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) })
      if (mine !== newest) return
      items.value = cursor ? [...items.value, ...page.items] : page.items
      next.value = page.next
    } catch (error) {
      if (mine === newest) problem.value = asProblem(error)
    } finally {
      if (mine === newest) loading.value = false
    }
  }

  /** A page may be empty and still have a next one: the server decrypts so many VINs at a time. */
  const readOn = async (wanted: ReservationQuery): Promise<void> => {
    if (query !== wanted || !wanted.vin_tail || items.value.length > 0 || !next.value || problem.value) return
    await read(next.value)
    await readOn(wanted)
  }
  const search = async (wanted: ReservationQuery) => {
    query = wanted
    await read(null)
    await readOn(wanted)
  }
  const refresh = () => read(null)
  const more = () => read(next.value)

  return { items, next, loading, problem, query: () => query, search, refresh, more }
}
