import { get } from './client'
import type { DemoVehicle } from './types'

/** A call that exists only in the demo; elsewhere the pages never make it. */
export const fetchDemoVehicles = async (user: string) =>
  (await get<{ items: DemoVehicle[] }>('/demo/vehicles', { query: { user } })).items
