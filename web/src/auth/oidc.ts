import { challengeFor, randomToken, readClaims } from './pkce'

/** OpenID Connect, authorisation code with PKCE, as a public client. Tokens are returned to the caller and stored nowhere. */
export interface Provider {
  issuer: string
  clientId: string
  scope: string
  authorizationEndpoint: string
  tokenEndpoint: string
  endSessionEndpoint: string | null
  /** Whether every answer names its issuer (RFC 9207). */
  namesIssuer: boolean
}

export interface Tokens {
  accessToken: string
  idToken: string
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
/** How much the provider's clock and the one that we compare with may differ. */
const SKEW_MS = 300_000
export const CALLBACK_PATH = '/signin/callback'
/** The page that another tab opens to sign in again for a page with a draft. */
export const AGAIN_PATH = '/signin/again'

export async function discover(issuer: string, clientId: string, scope: string): Promise<Provider> {
  const base = new URL(issuer, location.origin).href.replace(/\/$/, '')
  const response = await fetch(`${base}/.well-known/openid-configuration`)
  if (!response.ok) throw new Error(`discovery answered ${response.status}`)
  const document = (await response.json()) as Record<string, unknown>
  const address = (name: string) => (typeof document[name] === 'string' ? document[name] : null)
  // Another issuer's document could send the code, or the user, to that issuer (OpenID Connect Discovery 4.3).
  if (document.issuer !== issuer) throw new Error('discovery names another issuer')
  const [authorizationEndpoint, tokenEndpoint] = [address('authorization_endpoint'), address('token_endpoint')]
  if (!authorizationEndpoint || !tokenEndpoint) throw new Error('discovery is incomplete')
  return {
    issuer,
    clientId,
    scope,
    authorizationEndpoint,
    tokenEndpoint,
    endSessionEndpoint: address('end_session_endpoint'),
    namesIssuer: document.authorization_response_iss_parameter_supported === true,
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

/** Reads the provider's response from the callback's query. Throws if it does not belong to our request. `now` is the server's time. */
export async function finishSignIn(provider: Provider, query: URLSearchParams, now = Date.now()): Promise<SignInResult> {
  const pending = takePending()
  if (!pending || query.get('state') !== pending.state) throw new Error('an answer to no question of ours')
  checkIssuer(provider, query)
  const { returnTo, silent } = pending
  const code = query.get('code')
  if (!code) return { kind: 'refused', error: query.get('error') ?? 'unknown', returnTo, silent }
  const tokens = await exchange(provider, code, pending.verifier)
  checkIdToken(provider, tokens.idToken, pending.nonce, now)
  return { kind: 'signed-in', tokens, returnTo }
}

/** Without the identity token: a URL ends up in histories and logs, and the token names the person. */
export function signOutAddress(provider: Provider): string | null {
  if (!provider.endSessionEndpoint) return null
  const address = new URL(provider.endSessionEndpoint, location.origin)
  address.searchParams.set('client_id', provider.clientId)
  address.searchParams.set('post_logout_redirect_uri', `${location.origin}/`)
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
  if (!answer.access_token || !answer.id_token) throw new Error('the token endpoint gave no token')
  return {
    accessToken: answer.access_token,
    idToken: answer.id_token,
    expiresInSeconds: answer.expires_in ?? 3600,
  }
}

/** The token came directly from the provider's endpoint, so only its claims are checked, not its signature (OIDC Core 3.1.3.7). */
function checkIdToken(provider: Provider, idToken: string, nonce: string, now: number): void {
  const { iss, aud, azp, exp, nonce: echoed } = readClaims(idToken)
  const audience: unknown[] = Array.isArray(aud) ? aud : [aud]
  const isForUs = audience.includes(provider.clientId) && (azp ?? provider.clientId) === provider.clientId
  const isLive = typeof exp === 'number' && exp * 1000 > now - SKEW_MS
  const fits = iss === provider.issuer && isForUs && isLive && echoed === nonce
  if (!fits) throw new Error('the identity token is not ours')
}

/** The answer of another provider must not be taken for this one's (RFC 9207). */
function checkIssuer(provider: Provider, query: URLSearchParams): void {
  const named = query.get('iss')
  if (named === null ? provider.namesIssuer : named !== provider.issuer) throw new Error('the answer of another issuer')
}

function redirectUri(): string {
  return location.origin + CALLBACK_PATH
}

function takePending(): PendingSignIn | null {
  const stored = sessionStorage.getItem(PENDING)
  sessionStorage.removeItem(PENDING)
  return stored ? (JSON.parse(stored) as PendingSignIn) : null
}
