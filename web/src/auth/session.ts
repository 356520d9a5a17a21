import { computed, ref, shallowRef } from 'vue'
import { AGAIN_PATH, beginSignIn, discover, finishSignIn, signOutAddress, type Provider, type Tokens } from './oidc'
import { hasDraft } from './drafts'
import { handOver, takeOver } from './handover'
import { claimAt, readClaims } from './pkce'
import { forgetVisitor, rememberVisitor } from './visitorHint'
import type { SiteConfig } from '@/api/types'

/** The signed-in user. The token is kept only in the memory of this module. */
export interface Person {
  subject: string
  name: string
  roles: string[]
  office: string | null
  organisation: string | null
  /** The demo's name for this person; null with a real provider. */
  demoUser: string | null
}

/**
 * `unknown` until the silent sign-in has finished; `unconfigured`: no identity provider is configured; `expired`: the page
 * stays, with what its user has typed, until another tab has signed in again.
 */
export type SessionState = 'unknown' | 'signed-out' | 'signed-in' | 'expired' | 'unconfigured' | 'failed'

const SHORTEST_TOKEN_MS = 30_000

const state = ref<SessionState>('unknown')
/** Whether the page asks its user to sign in again. */
const asksAgain = ref(false)
const person = shallowRef<Person | null>(null)
const CLAIMS = { roles: 'roles', office: 'office', name: 'name', organisation: 'organisation.name' }
const config = shallowRef<SiteConfig>({ oidc: null, claims: CLAIMS, demo: false })
let tokens: Tokens | null = null
let adoptedAt = 0
let provider: Provider | null = null
/** The server's clock minus this device's, which may be set wrong. */
let clockOffsetMs = 0

export const accessToken = (): string | null => tokens?.accessToken ?? null

// Until the settings are here, and should they not come.
const USUAL_TERMS = { ban: 'P2Y' }

export function useSession() {
  return {
    state,
    asksAgain,
    person,
    terms: computed(() => config.value.terms ?? USUAL_TERMS),
    isDemo: computed(() => config.value.demo),
    hasRole: (role: string) => person.value?.roles.includes(role) ?? false,
    signIn,
    signInHere,
    signOut,
  }
}

let settings: Promise<void> | null = null

/** Reads the site's settings once, also for steps that ask for them at the same time; every sign-in step needs them. */
export function loadProvider(): Promise<void> {
  if (provider || state.value === 'unconfigured') return Promise.resolve()
  settings ??= readSettings().finally(() => {
    settings = null
  })
  return settings
}

async function readSettings(): Promise<void> {
  try {
    const response = await fetch('/config.json')
    if (!response.ok) throw new Error(`settings answered ${response.status}`)
    clockOffsetMs = (Date.parse(response.headers.get('date') ?? '') || Date.now()) - Date.now()
    config.value = (await response.json()) as SiteConfig
    const { oidc } = config.value
    if (!oidc) state.value = 'unconfigured'
    else provider = await discover(oidc.issuer, oidc.client_id, oidc.scope ?? 'openid profile')
  } catch {
    state.value = 'failed'
  }
}

/** Redirects to the provider. Silent only checks whether its session cookie is still valid. */
export async function signIn(returnTo: string, silent = false): Promise<void> {
  if (state.value === 'failed') state.value = 'unknown'
  await loadProvider()
  if (provider) location.assign(await beginSignIn(provider, returnTo, silent))
}

/** Signs in and returns to the page of the current URL, even if its screen is still loading. */
const signInHere = (): Promise<void> => signIn(location.pathname + location.search)

/** Returns the page that the user wanted to open. */
export async function returnFromProvider(query: URLSearchParams): Promise<string> {
  await loadProvider()
  if (!provider) return '/'
  try {
    const result = await finishSignIn(provider, query, Date.now() + clockOffsetMs)
    if (result.kind === 'signed-in') adopt(result.tokens)
    else forget()
    if (result.kind === 'signed-in' && result.returnTo === AGAIN_PATH) handOver(result.tokens)
    return safeReturn(result.returnTo)
  } catch {
    state.value = 'signed-out'
    return '/'
  }
}

export function signOut(): void {
  const address = provider ? signOutAddress(provider) : null
  forget()
  location.assign(address ?? '/')
}

/** The API no longer accepts the token: get another one from the provider and return to this page, or keep a page with a draft. */
export function renew(): void {
  if (state.value === 'expired') asksAgain.value = true
  if (!tokens) return
  if (hasDraft()) return expire()
  const worked = performance.now() - adoptedAt > SHORTEST_TOKEN_MS
  forget()
  // A new token that is refused at once would cause a redirect loop.
  if (worked) void signIn(location.pathname + location.search, true)
}

function expire(): void {
  tokens = null
  state.value = 'expired'
  asksAgain.value = true
  takeOver((given) => {
    // Somebody else's sign-in must not send this person's draft.
    if (state.value !== 'expired' || personFrom(claimsOf(given)).subject !== person.value?.subject) return false
    adopt(given)
    asksAgain.value = false
    return true
  })
}

function forget(): void {
  forgetVisitor()
  tokens = null
  person.value = null
  state.value = 'signed-out'
}

function adopt(given: Tokens): void {
  rememberVisitor()
  tokens = given
  adoptedAt = performance.now()
  person.value = personFrom(claimsOf(given))
  state.value = 'signed-in'
}

const claimsOf = (given: Tokens) => ({ ...readClaims(given.accessToken), ...readClaims(given.idToken) })

function personFrom(claims: Record<string, unknown>): Person {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  const names = config.value.claims
  const roles = claimAt(claims, names.roles)
  return {
    subject: text(claims.sub) ?? '',
    name: text(claimAt(claims, names.name)) ?? '',
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    office: text(claimAt(claims, names.office)),
    organisation: text(claimAt(claims, names.organisation)),
    demoUser: config.value.demo ? (text(claims.preferred_username) ?? text(claims.sub)) : null,
  }
}

/** Only a path of this application is a valid return target. */
function safeReturn(path: string): string {
  return path.startsWith('/') && !path.startsWith('//') ? path : '/'
}
