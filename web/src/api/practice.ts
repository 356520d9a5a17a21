import { post } from './client'
import { fetchOffices } from './offices'
import type { KeyboardAnswer, PracticeAnswer, PreselectionView } from './types'

/** 模拟选号: the server seals the state, and this window keeps it in memory. */
export const PRACTICE_ID = 'practice'
let state = ''
let newest: PreselectionView | null = null

const keep = (answer: PracticeAnswer): PreselectionView => {
  state = answer.state
  newest = answer.view
  return answer.view
}

export const beginPractice = async () => keep(await post<PracticeAnswer>('/practice', { body: {} }))

/** `action` as in the address of the real call: `/draws`. */
export const practise = async (action: string, fields: object = {}) =>
  keep(await post<PracticeAnswer>('/practice/actions', { body: { ...fields, state, action: action.slice(1) } }))

export const fetchPracticeKeyboard = (typed: string) =>
  post<KeyboardAnswer>('/practice/keyboard', { body: { state, typed } })

/** The view in a language chosen since: the server is asked for the office's name only. */
export async function practiceViewIn(): Promise<PreselectionView | null> {
  const named = (await fetchOffices()).find(({ code }) => code === newest?.office.code)
  if (newest && named) newest = { ...newest, office: { ...newest.office, name: named.name } }
  return newest
}

/** There is nothing to read from the server: what has expired at this instant is left out. */
export function practiceViewAt(now: number): PreselectionView | null {
  if (!newest) return null
  const { batch, candidates } = newest
  const isLive = (part: { expires_at: string } | null) => part !== null && Date.parse(part.expires_at) > now
  newest = {
    ...newest,
    now: new Date(now).toISOString(),
    batch: isLive(batch) ? batch : null,
    candidates: isLive(candidates) ? candidates : null,
  }
  return newest
}
