import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { fetchKeyboard } from '@/api/preselections'
import { asProblem, type Problem } from '@/api/problem'
import { SERIAL_LENGTH } from '@/plates/plateNumbers'

export interface KeyboardPosition {
  prefix: string
  typed: string
}

// The server uses a snapshot that is minutes old, so deleting a character does not need a new request.
const REMEMBER_MS = 30_000

/** The characters that can follow the typed ones. Key presses before the response are queued. */
export function usePlateKeyboard(id: string, position: Ref<KeyboardPosition>, type: (character: string) => void) {
  const available = shallowRef<ReadonlySet<string>>(new Set())
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const remembered = new Map<string, { characters: ReadonlySet<string>; at: number }>()
  let waiting: string[] = []
  let asking: AbortController | null = null

  const press = (character: string) => {
    waiting.push(character)
    takePresses()
  }

  const takePresses = () => {
    while (!loading.value) {
      const character = waiting.shift()
      if (character === undefined) return
      if (!available.value.has(character)) continue
      // The position changes now; the next characters are unknown until the response.
      loading.value = true
      type(character)
    }
  }

  const settle = (characters: ReadonlySet<string>) => {
    available.value = characters
    loading.value = false
    takePresses()
  }

  const ask = async ({ prefix, typed }: KeyboardPosition) => {
    asking?.abort()
    problem.value = null
    if (typed.length >= SERIAL_LENGTH) return settle(new Set())
    const known = remembered.get(prefix + typed)
    if (known && performance.now() - known.at < REMEMBER_MS) return settle(known.characters)
    const mine = (asking = new AbortController())
    loading.value = true
    try {
      const answer = await fetchKeyboard(id, { prefix, typed }, mine.signal)
      if (mine.signal.aborted) return
      const characters = new Set(answer.available)
      remembered.set(prefix + typed, { characters, at: performance.now() })
      settle(characters)
    } catch (error) {
      if (mine.signal.aborted) return
      waiting = []
      problem.value = asProblem(error)
      settle(new Set())
    }
  }

  const retry = () => void ask(position.value)
  const forgetPresses = () => {
    waiting = []
  }

  watch(position, (next) => void ask(next), { immediate: true })
  onScopeDispose(() => asking?.abort())

  return { available, loading, problem, press, retry, forgetPresses }
}
