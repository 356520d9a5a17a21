import type { Page } from 'playwright-core'
import { BASE } from './browser'
import { callAs, codeFor, messagesOf, vehiclesOf, type User, type Vehicle } from './demoWorld'
import { signIn } from './steps'

/** What an applicant reaches over the API alone, where a journey is about what comes after it. */
export interface Reached {
  id: string
  path: string
  office: string
  vehicle: Vehicle
}

const MANY_TRIES = 40

/** Until the instant that a refusal names. */
const allowed = ({ retry_at: at }: Record<string, unknown>) =>
  new Promise((resolve) => setTimeout(resolve, typeof at === 'string' ? Math.max(Date.parse(at) - Date.now(), 20) : 250))

/** Repeats a call that a countdown refuses, until it is allowed. */
export async function postUntilAllowed(user: string, path: string, body: object): Promise<Record<string, unknown>> {
  for (let attempt = 0; attempt < MANY_TRIES; attempt++) {
    const answer = (await callAs(user, 'POST', path, body)) as Record<string, unknown>
    if (!('code' in answer)) return answer
    if (!('retry_at' in answer)) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    await allowed(answer)
  }
  throw new Error(`${path} is refused for ever`)
}

/** To 选号服务说明. */
export async function reachNotes({ user }: User): Promise<Reached> {
  const [car] = await vehiclesOf(user)
  if (!car) throw new Error(`${user} has no vehicle`)
  const { version } = (await callAs(user, 'GET', `/offices/${car.office_code}/notice`)) as { version: string }
  const before = (await messagesOf(user)).length
  await postUntilAllowed(user, '/verification-codes', { purpose: 'confirm_information' })
  const code = await codeFor(user, 'confirm_information', before)
  const { office_code, certificate_number, vin, seller } = car
  const facts = { office_code, certificate_number, vin, seller, notice_version: version, code }
  const { id } = (await callAs(user, 'POST', '/preselections', facts)) as { id?: string }
  if (!id) throw new Error(`${user} could not enter the car`)
  return { id, path: `/preselections/${id}`, office: office_code, vehicle: car }
}

/** Another journey may have opened a waiting room at the same office. */
export async function start({ user }: User, { path, office }: Reached): Promise<void> {
  for (let attempt = 0; attempt < MANY_TRIES; attempt++) {
    const { pass } = (await callAs(user, 'POST', `/offices/${office}/queue`)) as { pass?: string }
    const answer = (await callAs(user, 'POST', `${path}/start`, {}, pass ? { 'Queue-Pass': pass } : {})) as Record<string, unknown>
    if (!('code' in answer)) return
    await allowed(answer)
  }
  throw new Error(`${path} does not start`)
}

/** From 选号服务说明 to 预选号牌. */
export async function reachSelection(user: User, reached: Reached): Promise<void> {
  await start(user, reached)
  await verify(user.user, reached.path)
}

async function verify(user: string, path: string): Promise<void> {
  const before = (await messagesOf(user)).length
  await postUntilAllowed(user, `${path}/identity-code`, {})
  await postUntilAllowed(user, `${path}/identity`, { code: await codeFor(user, 'confirm_identity', before) })
}

/** To 完成号牌预选. Answers the number. */
export async function reachCompleted(user: User, reached: Reached): Promise<string> {
  await reachSelection(user, reached)
  const drawn = await postUntilAllowed(user.user, `${reached.path}/draws`, {})
  const [number = ''] = (drawn.batch as { numbers: string[] }).numbers
  await postUntilAllowed(user.user, `${reached.path}/candidates`, { number })
  await postUntilAllowed(user.user, `${reached.path}/confirmation`, { number })
  return number
}

/** Signs in on the page of a preselection, which stays at its stage, and waits for the stage's title. */
export async function show(page: Page, user: User, { path }: Reached, title: string): Promise<void> {
  await page.goto(BASE + path)
  await signIn(page, user)
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
}

/** To 预选号牌 on the page, for what comes after it. Other journeys go the way there step by step. */
export async function showSelection(page: Page, user: User): Promise<Reached> {
  const reached = await reachNotes(user)
  await reachSelection(user, reached)
  await show(page, user, reached, '预选号牌')
  return reached
}
