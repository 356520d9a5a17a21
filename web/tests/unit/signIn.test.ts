import { createHash } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { beginSignIn, discover, finishSignIn, signOutAddress, type Provider } from '@/auth/oidc'
import { claimAt, readClaims } from '@/auth/pkce'

const PROVIDER: Provider = {
  issuer: 'https://id.example/oidc',
  clientId: 'pages',
  scope: 'openid profile',
  authorizationEndpoint: 'https://id.example/authorize',
  tokenEndpoint: 'https://id.example/token',
  endSessionEndpoint: 'https://id.example/logout',
  namesIssuer: true,
}

const encode = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`

let tokenRequests: URLSearchParams[]
let idClaims: Record<string, unknown>

beforeEach(() => {
  tokenRequests = []
  vi.stubGlobal('fetch', async (_address: URL, init: RequestInit) => {
    tokenRequests.push(init.body as URLSearchParams)
    return new Response(JSON.stringify({ access_token: 'at', id_token: encode(idClaims), expires_in: 60 }))
  })
})

async function begin(silent = false): Promise<URLSearchParams> {
  const question = new URL(await beginSignIn(PROVIDER, '/preselections/p1', silent)).searchParams
  idClaims = { iss: PROVIDER.issuer, aud: 'pages', nonce: question.get('nonce'), exp: Date.now() / 1000 + 60 }
  return question
}

const answerTo = (question: URLSearchParams, more: Record<string, string>) =>
  new URLSearchParams({ state: question.get('state') ?? '', iss: PROVIDER.issuer, ...more })

test('the code is exchanged with the verifier behind the challenge, and the visitor goes where they wanted', async () => {
  const question = await begin()
  const result = await finishSignIn(PROVIDER, answerTo(question, { code: 'c1' }))
  const verifier = tokenRequests[0]?.get('code_verifier') ?? ''
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(question.get('code_challenge'))
  expect(result).toMatchObject({ kind: 'signed-in', returnTo: '/preselections/p1', tokens: { accessToken: 'at' } })
})

test('nothing of the sign-in is left in storage, and no token ever was', async () => {
  const question = await begin()
  await finishSignIn(PROVIDER, answerTo(question, { code: 'c1' }))
  expect([sessionStorage.length, localStorage.length]).toEqual([0, 0])
})

test('a silent question asks nothing of the visitor, and its refusal is shown as one', async () => {
  const question = await begin(true)
  expect(question.get('prompt')).toBe('none')
  const result = await finishSignIn(PROVIDER, answerTo(question, { error: 'login_required' }))
  expect(result).toEqual({ kind: 'refused', error: 'login_required', returnTo: '/preselections/p1', silent: true })
  expect(tokenRequests).toHaveLength(0)
})

test('an answer with another state, or a second time, is refused', async () => {
  const question = await begin()
  await expect(finishSignIn(PROVIDER, new URLSearchParams({ state: 'forged', code: 'c1' }))).rejects.toThrow()
  await expect(finishSignIn(PROVIDER, answerTo(question, { code: 'c1' }))).rejects.toThrow()
  expect(tokenRequests).toHaveLength(0)
})

const WRONG_CLAIMS = [
  { nonce: 'other' }, { nonce: undefined }, { aud: 'others' }, { aud: ['pages'], azp: 'others' }, { iss: 'https://evil.example' },
  { exp: Date.now() / 1000 - 3600 }, { exp: undefined }, { exp: '9999999999' },
]

test.each(WRONG_CLAIMS)('an identity token with %o is refused', async (wrong) => {
  const question = await begin()
  idClaims = { ...idClaims, ...wrong }
  await expect(finishSignIn(PROVIDER, answerTo(question, { code: 'c1' }))).rejects.toThrow('not ours')
})

test('an answer without an identity token is none', async () => {
  const question = await begin()
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ access_token: 'at', expires_in: 60 })))
  await expect(finishSignIn(PROVIDER, answerTo(question, { code: 'c1' }))).rejects.toThrow('no token')
})

test('an answer of another issuer, or of none where the provider always names itself, is refused before the code is sent', async () => {
  const question = await begin()
  await expect(finishSignIn(PROVIDER, answerTo(question, { code: 'c1', iss: 'https://evil.example' }))).rejects.toThrow('another issuer')
  const again = answerTo(await begin(), { code: 'c1' })
  again.delete('iss')
  await expect(finishSignIn(PROVIDER, again)).rejects.toThrow('another issuer')
  expect(tokenRequests).toHaveLength(0)
  const unnamed = answerTo(await begin(), { code: 'c1' })
  unnamed.delete('iss')
  expect((await finishSignIn({ ...PROVIDER, namesIssuer: false }, unnamed)).kind).toBe('signed-in')
})

test.each(['https://id.example/oidc/', 'https://evil.example', undefined])('a discovery document of issuer %s is refused', async (issuer) => {
  const document = { issuer, authorization_endpoint: 'https://id.example/authorize', token_endpoint: 'https://id.example/token' }
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(document)))
  await expect(discover(PROVIDER.issuer, 'pages', 'openid')).rejects.toThrow('another issuer')
})

test('claims outside ASCII are read whole, and rubbish gives none', () => {
  expect(readClaims(encode({ name: '张伟' }))).toEqual({ name: '张伟' })
  expect(readClaims('rubbish')).toEqual({})
})

test('a claim is found by its name or by its path, and a dead end is none', () => {
  const claims = { realm_access: { roles: ['clerk'] }, 'https://id.example/office': '440300', name: '张伟' }
  expect(claimAt(claims, 'realm_access.roles')).toEqual(['clerk'])
  expect(claimAt(claims, 'https://id.example/office')).toBe('440300')
  expect(['nowhere.roles', 'name.first', 'realm_access.groups'].map((name) => claimAt(claims, name))).toEqual([undefined, undefined, undefined])
})

test('signing out ends the provider\'s session too, and names nobody', () => {
  const address = new URL(signOutAddress(PROVIDER) ?? '')
  expect([...address.searchParams.keys()]).toEqual(['client_id', 'post_logout_redirect_uri'])
  expect(address.searchParams.get('post_logout_redirect_uri')).toBe(`${location.origin}/`)
})
