import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'

/** Something read from the API: the value, whether it is on its way, and why it did not come. */
export function useLoader<Input extends unknown[], Output>(read: (...input: Input) => Promise<Output>) {
  const value = shallowRef<Output | null>(null)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let newest = 0

  const load = async (...input: Input): Promise<void> => {
    const mine = ++newest
    loading.value = true
    problem.value = null
    try {
      const output = await read(...input)
      if (mine === newest) value.value = output
    } catch (error) {
      if (mine === newest) problem.value = asProblem(error)
    } finally {
      if (mine === newest) loading.value = false
    }
  }

  return { value, loading, problem, load }
}
