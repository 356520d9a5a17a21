import { get } from './client'
import type { DemoVehicle } from './types'

/** A call that only a demo answers; everywhere else it is absent and the pages never make it. */
export const fetchDemoVehicles = async (user: string) =>
  (await get<{ items: DemoVehicle[] }>('/demo/vehicles', { query: { user } })).items
