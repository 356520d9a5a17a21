import { get } from './client'
import type { DemoMessage, DemoUser, DemoVehicle } from './types'

/** Calls that only a demo answers; everywhere else they are absent and the pages never make them. */
export const fetchDemoUsers = async () => (await get<{ items: DemoUser[] }>('/demo/users')).items
export const fetchDemoVehicles = async (user: string) =>
  (await get<{ items: DemoVehicle[] }>('/demo/vehicles', { query: { user } })).items
export const fetchDemoMessages = async (user: string) =>
  (await get<{ items: DemoMessage[] }>('/demo/messages', { query: { user } })).items
