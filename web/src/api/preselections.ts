import { get, getFile, post } from './client'
import { fetchPracticeKeyboard, practise, PRACTICE_ID } from './practice'
import type {
  Appeal,
  CodeSent,
  EntryAnswer,
  KeyboardAnswer,
  NewAppeal,
  NewPreselection,
  PreselectionView,
  SuggestionList,
} from './types'

/** Every call of an applicant. `key` is the Idempotency-Key of one intent. */
const path = (id: string, action = '') => `/preselections/${encodeURIComponent(id)}${action}`

export const enter = (body: { preselection_id?: string; new_vehicle?: true }, key: string) =>
  post<EntryAnswer>('/entries', { body, key })
export const sendConfirmationCode = (key: string) =>
  post<CodeSent>('/verification-codes', { body: { purpose: 'confirm_information' }, key })
export const createPreselection = (body: NewPreselection, key: string) =>
  post<PreselectionView>('/preselections', { body, key })

export const fetchMine = async () => (await get<{ items: PreselectionView[] }>('/preselections')).items
export const fetchOne = (id: string) => get<PreselectionView>(path(id))
export const fetchKeyboard = (id: string, query: { prefix: string; typed: string }, signal?: AbortSignal) =>
  id === PRACTICE_ID
    ? fetchPracticeKeyboard(query.typed)
    : get<KeyboardAnswer>(path(id, '/keyboard'), { query, ...(signal ? { signal } : {}) })

export const fetchSuggestions = (id: string, query: Record<string, string>) =>
  get<SuggestionList>(path(id, '/suggestions'), { query })
export const fileAppeal = (id: string, body: NewAppeal, key: string) => post<Appeal>(path(id, '/appeal'), { body, key })

export const start = (id: string, key: string, queuePass = '') => act(id, '/start', undefined, key, queuePass)
export const sendIdentityCode = (id: string, key: string) => act(id, '/identity-code', undefined, key)
export const verifyIdentity = (id: string, code: string, key: string) => act(id, '/identity', { code }, key)
export const compose = (id: string, numbers: string[], key: string) => act(id, '/compositions', { numbers }, key)
export const draw = (id: string, body: { exclude_four: boolean; prefix?: string; nonce?: string }, key: string) =>
  act(id, '/draws', body, key)
export const chooseCandidate = (id: string, number: string, key: string) => act(id, '/candidates', { number }, key)
export const confirmCandidate = (id: string, number: string, key: string) => act(id, '/confirmation', { number }, key)
export const cancel = (id: string, key: string) => act(id, '/cancellation', undefined, key)

export const fetchThingsToBring = async (id: string) => (await get<{ items: string[] }>(path(id, '/to-bring'))).items
export const fetchVoucher = (id: string) => getFile(path(id, '/voucher'))
export const fetchCalendar = (id: string) => getFile(path(id, '/calendar'))
export const eventsPath = (id: string) => path(id, '/events')

function act(id: string, action: string, body: object | undefined, key: string, queuePass = ''): Promise<PreselectionView> {
  if (id === PRACTICE_ID) return practise(action, body)
  return post<PreselectionView>(path(id, action), { body, key, queuePass })
}
