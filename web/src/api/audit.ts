import { get, getFile } from './client'
import type { components } from './schema'

export type AuditRow = Record<string, unknown>
export type VerificationPart = components['schemas']['VerificationPart']
export type Unconfirmed = components['schemas']['UnconfirmedAnswer']

/** The lists, each at its address below /audit. */
export const AUDIT_LISTS = [
  'segments', 'calendar', 'deadlines', 'policies', 'appeals', 'temporal', 'looks', 'looks/figures', 'withholdings', 'ban-releases', 'desk', 'desk/acts',
] as const
export type AuditList = (typeof AUDIT_LISTS)[number]
/** Lists of a day, and lists without pages. */
export const OF_A_DAY: AuditList[] = ['looks/figures']

export interface AuditQuery {
  [name: string]: string | number | undefined
  since?: string
  until?: string
  day?: string
  limit?: number
  cursor?: string
}

export const fetchAudit = (list: AuditList, query: AuditQuery) =>
  get<{ items: AuditRow[]; next?: string | null }>(`/audit/${list}`, { query })
export const fetchAuditTable = (list: AuditList, query: AuditQuery) => getFile(`/audit/${list}`, { query, accept: 'text/csv' })
export const verifyPart = (after: number) => get<VerificationPart>('/audit/verification', { query: { after } })
export const fetchAuditUnconfirmed = () => get<Unconfirmed>('/audit/unconfirmed')
