import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { BASE, visit } from './browser'
import { anApplicant, aTakenNumber, callAs, theClerkOf, vehiclesOf, type User } from './demoWorld'
import { insist, reachCompleted, reachNotes, reachSelection, start, type Reached } from './shortcuts'
import { signIn } from './steps'
import { flawsInAllVariants } from './variants'

/** A screen that depends on how far somebody has come: how it is reached, and what shows that it has loaded. */
export interface StageRow {
  name: string
  reach: () => Promise<{ user: User; path: string }>
  ready: string
  open?: (page: Page) => Promise<void>
  /** Undoes what other journeys would meet. */
  after?: () => Promise<unknown>
}

const OVERDUE: User = { user: 'private-operator-1', name: '', roles: [] }
const MAIN_OFFICE = '440300'
const HOUR_MS = 3_600_000

/** A new applicant who goes on from 选号服务说明. */
const after = (go: (user: User, reached: Reached) => Promise<unknown>) => async () => {
  const user = await anApplicant()
  const reached = await reachNotes(user)
  await go(user, reached)
  return { user, path: reached.path }
}

let queued: string | null = null

/** At an office of few others, who would have to wait too. */
async function reachWaitingRoom() {
  const user = await anApplicant(async (name) => (await vehiclesOf(name))[0]?.office_code !== MAIN_OFFICE)
  const { path, office } = await reachNotes(user)
  const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString()
  queued = office
  await callAs('operator-1', 'POST', `/operations/offices/${office}/queue`, { opens_at: inHours(1), closes_at: inHours(2), reason: '新号段投放' })
  return { user, path }
}

async function leaveWaitingRoom(): Promise<void> {
  if (queued) await callAs('operator-1', 'POST', `/operations/offices/${queued}/queue/closing`, { reason: '取消' })
}

const decideAtDesk = (act: string, body: object) => async (user: User, reached: Reached) => {
  await reachCompleted(user, reached)
  const clerk = await theClerkOf(reached.office)
  await callAs(clerk.user, 'POST', `/desk${reached.path}/${act}`, body)
}

async function useUp(user: User, reached: Reached): Promise<void> {
  await reachSelection(user, reached)
  const left = async () => (await callAs(user.user, 'GET', reached.path)) as { draws: { remaining: number }; composed: { remaining: number } }
  for (let { composed } = await left(); composed.remaining > 0; { composed } = await left()) {
    await insist(user.user, `${reached.path}/compositions`, { numbers: [await aTakenNumber(user, reached.path)] })
  }
  for (let { draws } = await left(); draws.remaining > 0; { draws } = await left()) await insist(user.user, `${reached.path}/draws`, {})
}

const missed = async () => {
  const { items } = (await callAs(OVERDUE.user, 'GET', '/preselections')) as { items: { id: string; stage: string }[] }
  const overdue = items.find(({ stage }) => stage === 'overdue')
  return { user: OVERDUE, path: `/preselections/${overdue?.id}` }
}

const openTab = (place: number) => async (page: Page) => {
  await page.getByRole('tab').nth(place).click()
  await page.locator('.keyboard[aria-busy="false"]').waitFor()
}

/** Every screen that an applicant comes to. A new stage is one row. */
export const STAGES: StageRow[] = [
  { name: 'service notes', reach: after(() => Promise.resolve()), ready: 'main .van-button--primary' },
  { name: 'waiting room', reach: reachWaitingRoom, ready: '#queue-title', after: leaveWaitingRoom },
  { name: 'identity', reach: after(start), ready: 'input[autocomplete="one-time-code"]' },
  { name: 'selection', reach: after(reachSelection), ready: '[role="tab"]' },
  { name: 'composing', reach: after(reachSelection), ready: '[role="tab"]', open: openTab(0) },
  {
    name: 'drawn numbers',
    reach: after(async (user, reached) => {
      await reachSelection(user, reached)
      await insist(user.user, `${reached.path}/draws`, {})
    }),
    ready: '[data-number]',
  },
  { name: 'completed', reach: after(reachCompleted), ready: '#bring-title' },
  { name: 'registered', reach: after(decideAtDesk('confirmation', {})), ready: '[data-stage="registered"]' },
  { name: 'rejected', reach: after(decideAtDesk('rejection', { reason: 'papers_missing' })), ready: '[data-stage="cancelled"]' },
  { name: 'overdue', reach: missed, ready: '[data-stage="overdue"]' },
  { name: 'barred', reach: async () => ({ user: OVERDUE, path: '/' }), ready: '[data-stage="blacklisted"]' },
  {
    name: 'list of preselections',
    reach: async () => ({ ...(await after(reachCompleted)()), path: '/preselections' }),
    ready: 'main .item',
  },
]

/** Screens that come when a short deadline has passed: the last batch, whose numbers can be chosen until then. */
export const SHORT_STAGES: StageRow[] = [{ name: 'exhausted', reach: after(useUp), ready: '[data-stage="exhausted"]' }]

export async function checkStage(browser: Browser, { name, reach, ready, open, after: leave }: StageRow): Promise<void> {
  const { user, path } = await reach()
  const { page, context, faults } = await visit(browser, { width: 320, height: 568 })
  // The entry comes after the sign-in, and the page of the sign-in would be one.
  await page.goto(BASE + (path === '/' ? '/segments' : path))
  await signIn(page, user)
  if (path === '/') await page.goto(BASE)
  await page.locator(ready).first().waitFor()
  await open?.(page)
  await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => undefined)
  const flaws = await flawsInAllVariants(page, name)
  await leave?.()
  expect([...flaws, ...faults]).toEqual([])
  await context.close()
}
