import { get } from './client'
import type { Office, OfficeNotice, Segment } from './types'

/** What everybody may read of the vehicle offices. */
const path = (office: string, part: string) => `/offices/${encodeURIComponent(office)}/${part}`

export const fetchOffices = async () => (await get<{ items: Office[] }>('/offices')).items
export const fetchNotice = (office: string) => get<OfficeNotice>(path(office, 'notice'))
export const fetchSegments = async (office: string) => (await get<{ items: Segment[] }>(path(office, 'segments'))).items
