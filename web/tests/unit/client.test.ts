import { expect, test, vi } from 'vitest'
import { configureClient, post } from '@/api/client'
import { Problem } from '@/api/problem'
import { refusal, serve } from './support'

function configure(signedOut = vi.fn()) {
  configureClient({ token: () => 'secret', language: () => 'zh-TW', onSignedOut: signedOut, onServerTime: () => undefined })
  return signedOut
}

test('a request with a key is repeated by itself, with that key, until it is answered', async () => {
  vi.useFakeTimers()
  configure()
  const answers = ['no answer' as const, refusal(503, 'unavailable'), { body: { id: 'p1' } }]
  const calls = serve(() => answers.shift() ?? { body: null })
  const answer = post('/preselections', { body: { a: 1 }, key: 'k1' })
  await vi.advanceTimersByTimeAsync(5000)
  expect(await answer).toEqual({ id: 'p1' })
  expect(calls.map(({ key }) => key)).toEqual(['k1', 'k1', 'k1'])
})

test('a refusal is not repeated, and keeps its code and facts', async () => {
  configure()
  const calls = serve(() => refusal(409, 'too_many_numbers', { max: 3 }))
  const problem = await post('/x', { key: 'k' }).catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(Problem)
  expect(problem).toMatchObject({ code: 'too_many_numbers', status: 409, facts: { max: 3 }, leavesOutcomeOpen: false })
  expect(calls).toHaveLength(1)
})

test('an answer that is no problem document is shown as unavailable', async () => {
  configure()
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 413 }))
  await expect(post('/x')).rejects.toMatchObject({ code: 'unavailable', status: 413 })
})

test('401 informs the session that the token is no longer good', async () => {
  const signedOut = configure()
  serve(() => refusal(401, 'unauthenticated'))
  await expect(post('/x', { key: 'k' })).rejects.toMatchObject({ status: 401 })
  expect(signedOut).toHaveBeenCalledOnce()
})
