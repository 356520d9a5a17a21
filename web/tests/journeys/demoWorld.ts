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

async function items<T>(path: string): Promise<T[]> {
  const response = await fetch(`${BASE}/api/v1/demo${path}`)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return ((await response.json()) as { items: T[] }).items
}

export const vehiclesOf = (user: string) => items<Vehicle>(`/vehicles?user=${encodeURIComponent(user)}`)
export const messagesOf = (user: string) => items<Message>(`/messages?user=${encodeURIComponent(user)}`)

// Journeys run two files at a time, and each worker takes its own share of the people.
const WORKERS = 2
const worker = Number(process.env.VITEST_POOL_ID ?? 1) % WORKERS
const met = new Set<string>()

/** An applicant who has done nothing yet; from the end of the list, so that nobody's favourite is used up. */
export async function anApplicant(isWanted: (user: string) => Promise<boolean> = () => Promise.resolve(true)): Promise<User> {
  const applicants = (await items<User>('/users')).filter(({ user }) => user.startsWith('applicant'))
  for (const applicant of applicants.toReversed().filter((_, place) => place % WORKERS === worker)) {
    if (met.has(applicant.user) || !(await isWanted(applicant.user))) continue
    met.add(applicant.user)
    const { items: own } = (await callAs(applicant.user, 'GET', '/preselections')) as { items: unknown[] }
    // Whose phone got a code some seconds ago would have to wait for the next one.
    if (own.length === 0 && (await messagesOf(applicant.user)).length === 0) return applicant
  }
  throw new Error('every applicant of the demo has a preselection already')
}

export async function theClerkOf(office: string): Promise<User> {
  const clerk = (await items<User>('/users')).find(({ roles, office_code: code }) => roles.includes('clerk') && code === office)
  if (!clerk) throw new Error(`office ${office} has no clerk`)
  return clerk
}

/** The newest code for a purpose that came after so many messages had come. */
export async function codeFor(user: string, purpose: string, after = 0): Promise<string> {
  for (let attempt = 0; attempt < 60; attempt++) {
    const messages = await messagesOf(user)
    const message = messages.slice(0, messages.length - after).find((candidate) => candidate.purpose === purpose && candidate.code)
    if (message?.code) return message.code
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`no code for ${purpose} came to ${user}`)
}

export async function tokenOf(user: string): Promise<string> {
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
