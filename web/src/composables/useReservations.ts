import { ref, shallowRef } from 'vue'
import { searchReservations, type ReservationQuery } from '@/api/desk'
import { asProblem, type Problem } from '@/api/problem'
import type { DeskReservation } from '@/api/types'

const PAGE_SIZE = 100

/** The office's reservations, newest first, a page at a time. */
export function useReservations() {
  const items = shallowRef<DeskReservation[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let query: ReservationQuery = {}

  const read = async (cursor: string | null) => {
    loading.value = true
    problem.value = null
    try {
      const page = await searchReservations({ ...query, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) })
      items.value = cursor ? [...items.value, ...page.items] : page.items
      next.value = page.next
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  const search = (wanted: ReservationQuery) => {
    query = wanted
    return read(null)
  }
  const refresh = () => read(null)
  const more = () => read(next.value)

  return { items, next, loading, problem, search, refresh, more }
}
