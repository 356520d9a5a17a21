import { challengeFor, randomToken, readClaims } from './pkce'

/** OpenID Connect, authorisation code with PKCE, as a public client. Tokens are returned to the caller and stored nowhere. */
export interface Provider {
  issuer: string
  clientId: string
  scope: string
  authorizationEndpoint: string
  tokenEndpoint: string
  endSessionEndpoint: string | null
}

export interface Tokens {
  accessToken: string
  idToken: string | null
  expiresInSeconds: number
}

/** State that must survive the redirect to the provider. It holds no token and is deleted on return. */
interface PendingSignIn {
  state: string
  nonce: string
  verifier: string
  returnTo: string
  silent: boolean
}

export type SignInResult =
  | { kind: 'signed-in'; tokens: Tokens; returnTo: string }
  | { kind: 'refused'; error: string; returnTo: string; silent: boolean }

const PENDING = 'xuanhao.sign-in'
export const CALLBACK_PATH = '/signin/callback'

export async function discover(issuer: string, clientId: string, scope: string): Promise<Provider> {
  const base = new URL(issuer, location.origin).href.replace(/\/$/, '')
  const response = await fetch(`${base}/.well-known/openid-configuration`)
  if (!response.ok) throw new Error(`discovery answered ${response.status}`)
  const document = (await response.json()) as Record<string, string | undefined>
  const { issuer: named, authorization_endpoint, token_endpoint, end_session_endpoint } = document
  if (!named || !authorization_endpoint || !token_endpoint) throw new Error('discovery is incomplete')
  return {
    issuer: named,
    clientId,
    scope,
    authorizationEndpoint: authorization_endpoint,
    tokenEndpoint: token_endpoint,
    endSessionEndpoint: end_session_endpoint ?? null,
  }
}

/** Prepares a sign-in and returns the URL to open. Silent: the provider shows no page, and refuses if it would need one. */
export async function beginSignIn(provider: Provider, returnTo: string, silent: boolean): Promise<string> {
  const pending: PendingSignIn = { state: randomToken(), nonce: randomToken(), verifier: randomToken(48), returnTo, silent }
  sessionStorage.setItem(PENDING, JSON.stringify(pending))
  const address = new URL(provider.authorizationEndpoint, location.origin)
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challengeFor(pending.verifier),
    code_challenge_method: 'S256',
    ...(silent ? { prompt: 'none' } : {}),
  }
  Object.entries(parameters).forEach(([name, value]) => address.searchParams.set(name, value))
  return address.href
}

/** Reads the provider's response from the callback's query. Throws if it does not belong to our request. */
export async function finishSignIn(provider: Provider, query: URLSearchParams): Promise<SignInResult> {
  const pending = takePending()
  if (!pending || query.get('state') !== pending.state) throw new Error('an answer to no question of ours')
  const { returnTo, silent } = pending
  const code = query.get('code')
  if (!code) return { kind: 'refused', error: query.get('error') ?? 'unknown', returnTo, silent }
  const tokens = await exchange(provider, code, pending.verifier)
  checkIdToken(provider, tokens.idToken, pending.nonce)
  return { kind: 'signed-in', tokens, returnTo }
}

export function signOutAddress(provider: Provider, idToken: string | null): string | null {
  if (!provider.endSessionEndpoint) return null
  const address = new URL(provider.endSessionEndpoint, location.origin)
  address.searchParams.set('client_id', provider.clientId)
  address.searchParams.set('post_logout_redirect_uri', `${location.origin}/`)
  if (idToken) address.searchParams.set('id_token_hint', idToken)
  return address.href
}

async function exchange(provider: Provider, code: string, verifier: string): Promise<Tokens> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri(),
    client_id: provider.clientId,
    code_verifier: verifier,
  })
  const response = await fetch(new URL(provider.tokenEndpoint, location.origin), { method: 'POST', body })
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`)
  const answer = (await response.json()) as { access_token?: string; id_token?: string; expires_in?: number }
  if (!answer.access_token) throw new Error('the token endpoint gave no token')
  return {
    accessToken: answer.access_token,
    idToken: answer.id_token ?? null,
    expiresInSeconds: answer.expires_in ?? 3600,
  }
}

/** The token came directly from the provider's endpoint, so only its claims are checked, not its signature (OIDC Core 3.1.3.7). */
function checkIdToken(provider: Provider, idToken: string | null, nonce: string): void {
  if (!idToken) return
  const claims = readClaims(idToken)
  const audience = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  const fits = claims.iss === provider.issuer && audience.includes(provider.clientId) && claims.nonce === nonce
  if (!fits) throw new Error('the identity token is not ours')
}

function redirectUri(): string {
  return location.origin + CALLBACK_PATH
}

function takePending(): PendingSignIn | null {
  const stored = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  return stored ? (JSON.parse(stored) as PendingSignIn) : null
}
