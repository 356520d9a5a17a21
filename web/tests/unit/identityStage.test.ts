import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import IdentityStage from '@/screens/stages/IdentityStage.vue'
import { syncServerClock } from '@/composables/useServerClock'
import type { PreselectionView } from '@/api/types'
import { after, mountInPreselection, NOW, refusal, serve, viewWith, type Call } from './support'

const SENT = { code_sent: true, confirm_enabled_at: after(5), resend_at: after(60), expires_at: after(300) }

let calls: Call[]
let view: PreselectionView
let onIdentity: () => ReturnType<typeof refusal>

beforeEach(() => {
  vi.useFakeTimers()
  document.body.innerHTML = ''
  syncServerClock(NOW)
  view = viewWith({ stage: 'identity_verification' })
  onIdentity = () => ({ body: view })
  calls = serve(({ path }) => (path.endsWith('/identity') ? onIdentity() : { body: view }))
})

async function mounted(): Promise<VueWrapper> {
  const stage = mountInPreselection(IdentityStage)
  await flushPromises()
  return stage
}

const confirmButton = (stage: VueWrapper) => stage.get('button[type="submit"]')

test('before a code was sent there is nothing to confirm', async () => {
  const stage = await mounted()
  expect(confirmButton(stage).attributes('disabled')).toBeDefined()
  expect(stage.text()).toContain('获取验证码')
  expect(stage.text()).toContain('138****8000')
})

test('「确认」 stays disabled until its countdown ends and a code is typed', { tags: ['R-17'] }, async () => {
  view = viewWith({ stage: 'identity_verification', identity: SENT })
  const stage = await mounted()
  await stage.get('input[name="code"]').setValue('123456')
  expect(confirmButton(stage).text()).toBe('确认(5秒)')
  expect(confirmButton(stage).attributes('disabled')).toBeDefined()
  await vi.advanceTimersByTimeAsync(5000)
  expect(confirmButton(stage).text()).toBe('确认')
  expect(confirmButton(stage).attributes('disabled')).toBeUndefined()
})

test('a wrong code is said with the attempts that are left', async () => {
  view = viewWith({ stage: 'identity_verification', identity: { ...SENT, confirm_enabled_at: NOW } })
  onIdentity = () => refusal(422, 'code_incorrect', { attempts_left: 4 })
  const stage = await mounted()
  await stage.get('input[name="code"]').setValue('000000')
  await stage.get('form').trigger('submit')
  await flushPromises()
  expect(calls.at(-2)?.body).toEqual({ code: '000000' })
  expect(stage.get('[data-code="code_incorrect"]').text()).toContain('说明 code_incorrect')
})

test('another code can be sent when the server allows it, and an expired one is said', async () => {
  view = viewWith({ stage: 'identity_verification', identity: SENT })
  const stage = await mounted()
  const send = stage.get('button.send')
  expect(send.text()).toBe('60秒后可重新获取')
  await vi.advanceTimersByTimeAsync(60_000)
  expect([send.text(), send.attributes('disabled')]).toEqual(['重新获取', undefined])
  await vi.advanceTimersByTimeAsync(240_000)
  expect(stage.text()).toContain('验证码已失效')
})

test('after a code was sent the focus is in its field', async () => {
  const stage = await mounted()
  expect(document.activeElement).not.toBe(stage.get('input[name="code"]').element)
  view = viewWith({ stage: 'identity_verification', now: after(1), identity: SENT })
  await stage.get('button.send').trigger('click')
  await flushPromises()
  expect(document.activeElement).toBe(stage.get('input[name="code"]').element)
})
