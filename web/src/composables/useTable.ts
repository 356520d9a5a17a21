import { shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'

/** Saves a file that the API answers, such as a list as a table. */
export function useTable() {
  const problem = shallowRef<Problem | null>(null)

  const save = async (fetchFile: () => Promise<Blob>, name: string): Promise<void> => {
    problem.value = null
    try {
      const address = URL.createObjectURL(await fetchFile())
      const link = document.createElement('a')
      link.href = address
      link.download = name
      link.click()
      URL.revokeObjectURL(address)
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  return { save, problem }
}
