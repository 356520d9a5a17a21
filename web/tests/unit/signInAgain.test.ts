import { beforeEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import { handOver } from '@/auth/handover'
import { guardDrafts, hasDraft } from '@/auth/drafts'
import { AGAIN_PATH } from '@/auth/oidc'
import { accessToken, renew, returnFromProvider, signIn, useSession } from '@/auth/session'
import App from '@/App.vue'
import TextArea from '@/components/TextArea.vue'
import { mountPlain } from './support'

const ISSUER = 'https://id.example'
const encode = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`
const tokensOf = (sub: string, token = encode({ sub, roles: ['operator'] })) => ({ accessToken: token, idToken: encode({ sub, name: '王' }), expiresInSeconds: 60 })
const { state, asksAgain, person } = useSession()
let question: URLSearchParams
let assign: ReturnType<typeof vi.spyOn>

beforeEach(async () => {
  assign = vi.spyOn(location, 'assign').mockImplementation((address) => {
    question = new URL(String(address)).searchParams
  })
  vi.stubGlobal('fetch', async (address: string | URL) => {
    const path = String(address)
    if (path === '/config.json') return new Response(JSON.stringify({ oidc: { issuer: ISSUER, client_id: 'pages' }, claims: { roles: 'roles', office: 'office', name: 'name', organisation: 'org' }, demo: false }))
    if (path.endsWith('openid-configuration')) return new Response(JSON.stringify({ issuer: ISSUER, authorization_endpoint: `${ISSUER}/a`, token_endpoint: `${ISSUER}/t` }))
    const { idToken, accessToken: given } = tokensOf('op')
    const claims = { ...JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()), iss: ISSUER, aud: 'pages', exp: Date.now() / 1000 + 60, nonce: question.get('nonce') }
    return new Response(JSON.stringify({ access_token: given, id_token: encode(claims), expires_in: 60 }))
  })
  await signIn('/operations/offices')
  await returnFromProvider(new URLSearchParams({ code: 'c', state: question.get('state') ?? '' }))
  assign.mockClear()
})

const write = async (text: string) => {
  const page = mountPlain(TextArea, { modelValue: text, label: '正文', name: 'body' })
  await nextTick()
  return page
}

test('a page with a draft stays when its sign-in expires, and goes on with what another tab signed in', async () => {
  await write('须知全文')
  renew()
  expect([state.value, asksAgain.value, accessToken(), person.value?.subject]).toEqual(['expired', true, null, 'op'])
  expect(assign).not.toHaveBeenCalled()
  handOver(tokensOf('somebody else'))
  handOver(tokensOf('op', encode({ sub: 'op', roles: ['operator'], second: true })))
  await vi.waitFor(() => expect(state.value).toBe('signed-in'))
  expect([asksAgain.value, accessToken()]).toEqual([false, encode({ sub: 'op', roles: ['operator'], second: true })])
})

test('the tab that signs in for another one hands its tokens over', async () => {
  await write('须知全文')
  renew()
  await signIn(AGAIN_PATH)
  const heard = new Promise((resolve) => new BroadcastChannel('xuanhao.sign-in').addEventListener('message', resolve, { once: true }))
  await returnFromProvider(new URLSearchParams({ code: 'c', state: question.get('state') ?? '' }))
  expect(((await heard) as MessageEvent).data).toMatchObject({ accessToken: tokensOf('op').accessToken })
})

test('a refusal after the notice was closed asks again', async () => {
  await write('须知全文')
  renew()
  asksAgain.value = false
  renew()
  expect(asksAgain.value).toBe(true)
})

test('the question stands over the page, and its link opens another tab', async () => {
  await write('须知全文')
  const app = mountPlain(App)
  renew()
  await nextTick()
  const link = app.get(`a[href="${AGAIN_PATH}"]`)
  expect([link.attributes('target'), link.attributes('rel')]).toEqual(['_blank', 'noopener'])
  expect(link.element.closest('dialog')?.open).toBe(true)
})

test('without a draft the page signs in at once, as before', async () => {
  const page = await write(' ')
  vi.spyOn(performance, 'now').mockReturnValue(1e9)
  renew()
  await vi.waitFor(() => expect(assign).toHaveBeenCalled())
  expect([state.value, question.get('prompt')]).toEqual(['signed-out', 'none'])
  page.unmount()
})

test('the browser asks before a draft is lost, and not without one', async () => {
  guardDrafts()
  const leave = () => dispatchEvent(new Event('beforeunload', { cancelable: true }))
  const page = await write('须知全文')
  expect([hasDraft(), leave()]).toEqual([true, false])
  page.unmount()
  expect([hasDraft(), leave()]).toEqual([false, true])
})
