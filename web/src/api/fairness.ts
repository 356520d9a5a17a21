import { apiUrl, get } from './client'
import type { FairnessDay, FairnessFigures, PublishedFairnessDay } from './types'

/** Verifiable draws; nobody needs to be signed in. */
export const fetchFairnessDays = async (query: { from?: string; to?: string } = {}) =>
  (await get<{ items: FairnessDay[] }>('/fairness/days', { query })).items

export const fetchFairnessDay = (day: string) => get<PublishedFairnessDay>(`/fairness/days/${encodeURIComponent(day)}`)

export const fetchFairnessFigures = () => get<FairnessFigures>('/fairness/figures')

/** A file of a published day, by its path from the root. */
export async function fetchFairnessFile(href: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(href)
  if (!response.ok) throw new Error(`${href} answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Where the list of days is, for whoever reads it without these pages. */
export const DAYS_ADDRESS = apiUrl('/fairness/days')
