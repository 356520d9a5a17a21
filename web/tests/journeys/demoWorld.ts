import { BASE } from './browser'

/** The demo's own calls: who there is, which cars they have bought, and what their phones received. */
export interface User {
  user: string
  name: string
  roles: string[]
  office_code?: string | null
}

export interface Vehicle {
  certificate_number: string
  vin: string
  office_code: string
  seller: { kind: string; name: string; id_number: string }
}

interface Message {
  sent_at: string
  purpose: string
  text: string
  code?: string | null
}

export async function items<T>(path: string): Promise<T[]> {
  const response = await fetch(`${BASE}/api/v1/demo${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return ((await response.json()) as { items: T[] }).items
}

export const vehiclesOf = (user: string) => items<Vehicle>(`/vehicles?user=${encodeURIComponent(user)}`)
export const messagesOf = (user: string) => items<Message>(`/messages?user=${encodeURIComponent(user)}`)

export async function theClerkOf(office: string): Promise<User> {
  const clerk = (await items<User>('/users')).find(({ roles, office_code: code }) => roles.includes('clerk') && code === office)
  if (!clerk) throw new Error(`office ${office} has no clerk`)
  return clerk
}

/** The newest code for a purpose that came after so many messages had come. */
export async function codeFor(user: string, purpose: string, after = 0): Promise<string> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const messages = await messagesOf(user)
    const message = messages.slice(0, messages.length - after).find((candidate) => candidate.purpose === purpose && candidate.code)
    if (message?.code) return message.code
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no code for ${purpose} came to ${user}`)
}

const tokens = new Map<string, Promise<string>>()

/** A token is good for twelve hours, so one for each user is enough. */
export function tokenOf(user: string): Promise<string> {
  const token = tokens.get(user) ?? newToken(user)
  tokens.set(user, token)
  return token
}

async function newToken(user: string): Promise<string> {
  const response = await fetch(`${BASE}/api/v1/demo/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

/** A call that the pages do not make themselves, in somebody's name: what happens "on another device". */
export async function callAs(user: string, method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${BASE}/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${await tokenOf(user)}`,
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...(method === 'POST' ? { 'Idempotency-Key': crypto.randomUUID() } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return response.json()
}

/** A character that the keyboard does not offer leads to a number outside the released segments. */
export async function aTakenNumber({ user }: User, path: string): Promise<string> {
  const { office } = (await callAs(user, 'GET', path)) as { office: { prefixes: string[] } }
  const prefix = office.prefixes[0] ?? ''
  for (const start of ['A1B2', '1A23', '12A3', 'AB12', '123A', 'A123']) {
    const query = new URLSearchParams({ prefix, typed: start })
    const { available } = (await callAs(user, 'GET', `${path}/keyboard?${query}`)) as { available: string[] }
    const missing = [...'0123456789'].find((digit) => !available.includes(digit))
    if (missing) return prefix + start + missing
  }
  throw new Error('every number of the office is free')
}
