import { ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'

/** One thing a user can do: it runs once at a time, keeps one Idempotency-Key per intent, and remembers the refusal. */
export function useAction<Input extends unknown[], Output>(act: (key: string, ...input: Input) => Promise<Output>) {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let intent: { key: string; input: string } | null = null

  /** Null when refused, or when a press is in progress (a double click acts once). */
  const run = async (...input: Input): Promise<Output | null> => {
    if (busy.value) return null
    busy.value = true
    problem.value = null
    intent = continueIntent(intent, JSON.stringify(input))
    try {
      const output = await act(intent.key, ...input)
      intent = null
      return output
    } catch (error) {
      problem.value = asProblem(error)
      // An unknown outcome keeps its key: pressing again returns the first result instead of acting twice.
      if (!problem.value.leavesOutcomeOpen) intent = null
      return null
    } finally {
      busy.value = false
    }
  }

  const clear = () => {
    problem.value = null
  }

  return { run, busy, problem, clear }
}

function continueIntent(before: { key: string; input: string } | null, input: string) {
  return before?.input === input ? before : { key: crypto.randomUUID(), input }
}
