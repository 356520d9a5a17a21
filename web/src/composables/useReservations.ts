import { ref, shallowRef } from 'vue'
import { searchReservations, type ReservationQuery } from '@/api/desk'
import { asProblem, type Problem } from '@/api/problem'
import type { DeskReservation } from '@/api/types'

const PAGE_SIZE = 100
const LARGEST_PAGE = 500

/** The office's reservations, newest first, a page at a time. */
export function useReservations() {
  const items = shallowRef<DeskReservation[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let query: ReservationQuery = {}
  let newest = 0

  const read = async (cursor: string | null, limit = PAGE_SIZE) => {
    const mine = ++newest
    loading.value = true
    problem.value = null
    try {
      const page = await searchReservations({ ...query, limit, ...(cursor ? { cursor } : {}) })
      if (mine !== newest) return
      items.value = cursor ? [...items.value, ...page.items] : page.items
      next.value = page.next
    } catch (error) {
      if (mine === newest) problem.value = asProblem(error)
    } finally {
      if (mine === newest) loading.value = false
    }
  }

  const search = (wanted: ReservationQuery) => {
    query = wanted
    return read(null)
  }
  const refresh = () => read(null)
  const more = () => read(next.value)

  /** Loads all pages: in the list, newest first, reservations whose last day is today are far down. */
  const rest = async () => {
    while (next.value && !loading.value && !problem.value) await read(next.value, LARGEST_PAGE)
  }

  return { items, next, loading, problem, search, refresh, more, rest }
}
