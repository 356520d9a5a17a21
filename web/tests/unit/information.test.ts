import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import InformationScreen from '@/screens/InformationScreen.vue'
import { useApplication } from '@/composables/useApplication'
import { syncServerClock } from '@/composables/useServerClock'
import { after, mountPlain, NOW, refusal, serve, viewWith, type Call } from './support'

let calls: Call[]
let onCreate: () => ReturnType<typeof refusal>

beforeEach(() => {
  document.body.innerHTML = ''
  syncServerClock(NOW)
  const { reset, agree } = useApplication()
  reset()
  agree('440300', 'v1')
  onCreate = () => ({ status: 201, body: viewWith({ stage: 'service_notes' }) })
  calls = serve(({ path }) => {
    if (path === '/preselections') return onCreate()
    return { status: 202, body: { sent_to: '138****8000', resend_at: after(60), expires_at: after(300), checks_left: 5, now: NOW } }
  })
})

const FORM = { certificate_number: '440300125678', vin: 'lsvaa49j132047371', seller_name: '张三', seller_id_number: '11010519491231002x' }

async function filledIn() {
  const screen = mountPlain(InformationScreen, { office: '440300' })
  for (const [name, value] of Object.entries(FORM)) await screen.get(`input[name="${name}"]`).setValue(value)
  await screen.get('form').trigger('submit')
  await flushPromises()
  return screen
}

async function submitCode(screen: Awaited<ReturnType<typeof filledIn>>) {
  await screen.get('dialog input[name="code"]').setValue('123456')
  await screen.get('dialog .van-button--block').trigger('click')
  await flushPromises()
}

test('no code is sent while a field is plainly wrong', async () => {
  const screen = mountPlain(InformationScreen, { office: '440300' })
  await screen.get('input[name="vin"]').setValue('LFV2A21K5A3000001')
  await screen.get('form').trigger('submit')
  expect(calls).toHaveLength(0)
  expect(screen.text()).toContain('车辆识别代号不正确')
  expect(screen.get('input[name="certificate_number"]').attributes('aria-invalid')).toBe('true')
})

test('blanks, dashes and full-width characters that were pasted are folded, and nothing is cut', async () => {
  const screen = mountPlain(InformationScreen, { office: '440300' })
  const paste = async (name: string, text: string) => {
    const field = screen.get<HTMLInputElement>(`input[name="${name}"]`)
    await field.setValue(text)
    return field.element.value
  }
  expect(await paste('certificate_number', '4403 0012-5678')).toBe('440300125678')
  expect(await paste('vin', 'ＬＳＶＡＡ４９J1 32047371')).toBe('LSVAA49J132047371')
  expect(await paste('seller_id_number', '110105 19491231 002x9')).toBe('11010519491231002X9')
})

test('a seller whose number has a wrong check digit costs no SMS', async () => {
  const screen = mountPlain(InformationScreen, { office: '440300' })
  for (const [name, value] of Object.entries(FORM)) await screen.get(`input[name="${name}"]`).setValue(value)
  await screen.get('input[name="seller_id_number"]').setValue('110105194912310021')
  await screen.get('form').trigger('submit')
  await flushPromises()
  expect([calls.length, screen.text().includes('身份证明号码的校验位不符')]).toEqual([0, true])
  expect(document.activeElement).toBe(screen.get('input[name="seller_id_number"]').element)
})

test('after a reload the code that is on its way can still be typed', async () => {
  const facts = { retry_at: after(40), sent_to: '138****8000', expires_at: after(280) }
  calls = serve(({ path }) => (path === '/preselections' ? onCreate() : refusal(429, 'rate_limited', facts)))
  const screen = await filledIn()
  expect(screen.get('dialog').text()).toContain('138****8000')
  await submitCode(screen)
  expect(calls.at(-1)?.path).toBe('/preselections')
})

test('a failed check says how many are left today, and where to ask', async () => {
  onCreate = () => refusal(422, 'information_mismatch')
  const screen = await filledIn()
  await submitCode(screen)
  expect(screen.get('[data-code="information_mismatch"]').text()).toContain('今天还可以核查4次。')
})

test('a complaint goes while the field is being mended, not only on leaving it', async () => {
  const screen = mountPlain(InformationScreen, { office: '440300' })
  await screen.get('form').trigger('submit')
  await screen.get('input[name="vin"]').setValue(FORM.vin)
  expect(screen.get('input[name="vin"]').attributes('aria-invalid')).toBeUndefined()
})

test('the code\'s dialog sends what was typed, small letters folded, with the agreed version', { tags: ['R-04', 'R-09', 'R-11'] }, async () => {
  const screen = await filledIn()
  expect(screen.get('dialog').text()).toContain('138****8000')
  await submitCode(screen)
  expect(calls.at(-1)?.body).toEqual({
    office_code: '440300',
    notice_version: 'v1',
    certificate_number: '440300125678',
    vin: 'LSVAA49J132047371',
    seller: { kind: 'person', name: '张三', id_number: '11010519491231002X' },
    code: '123456',
  })
  expect(useApplication().form.vin).toBe('')
})

test('a wrong code keeps the dialog open', async () => {
  onCreate = () => refusal(422, 'code_incorrect', { attempts_left: 4 })
  const screen = await filledIn()
  await submitCode(screen)
  expect(screen.get('dialog').text()).toContain('说明 code_incorrect')
})

test('a failed check closes the dialog and gives the reasons on the page', { tags: ['R-12'] }, async () => {
  onCreate = () => refusal(409, 'vehicle_not_eligible', { reasons: ['mortgaged'] })
  const screen = await filledIn()
  await submitCode(screen)
  expect(screen.get('dialog').text()).toBe('')
  expect(screen.get('[data-code="vehicle_not_eligible"]').text()).toContain('抵押')
  // The code that was right stays usable, so the corrected form asks for no second SMS.
  await screen.get('form').trigger('submit')
  await flushPromises()
  expect(calls.filter(({ path }) => path === '/verification-codes')).toHaveLength(1)
})

test('a refusal of one field is said beside that field', async () => {
  onCreate = () => refusal(422, 'validation_failed', { errors: [{ field: 'seller.id_number', message: '校验位不符' }] })
  const screen = await filledIn()
  await submitCode(screen)
  expect(screen.get('input[name="seller_id_number"]').attributes('aria-invalid')).toBe('true')
  expect(screen.text()).toContain('校验位不符')
})

test('an outdated notice must be agreed to again', async () => {
  onCreate = () => refusal(409, 'notice_outdated', { version: 'v2' })
  const screen = await filledIn()
  await submitCode(screen)
  expect([useApplication().agreed.value, useApplication().noticeOutdated.value]).toEqual([null, true])
  expect(useApplication().form.certificateNumber).toBe('440300125678')
})
