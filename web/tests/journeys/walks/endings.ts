import { aTakenNumber, callAs, theClerkOf, type User } from '../demoWorld'
import { aHurriedApplicant, anApplicant } from '../people'
import { postUntilAllowed, reachCompleted, reachNotes, reachSelection, type Reached } from '../shortcuts'
import { OFFICE } from './pages'
import type { Walk } from './walk'

const OVERDUE: User = { user: 'private-operator-1', name: '', roles: [] }
const HOUR_MS = 3_600_000

/** At an office of few others, who would have to wait too. */
async function waitInTheRoom() {
  const user = await anApplicant((office) => office !== OFFICE)
  const { path, office } = await reachNotes(user)
  const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString()
  await callAs('operator-1', 'POST', `/operations/offices/${office}/queue`, { opens_at: inHours(1), closes_at: inHours(2), reason: '新号段投放' })
  const end = () => callAs('operator-1', 'POST', `/operations/offices/${office}/queue/closing`, { reason: '取消' })
  return { user, views: [{ name: 'waiting room', path, ready: '#queue-title' }], end }
}

async function beRejected() {
  const user = await anApplicant()
  const reached = await reachNotes(user)
  await reachCompleted(user, reached)
  const clerk = await theClerkOf(reached.office)
  const { items } = (await callAs(clerk.user, 'GET', '/desk/reasons')) as { items: { code: string }[] }
  await callAs(clerk.user, 'POST', `/desk${reached.path}/rejection`, { reason: items[0]?.code })
  return { user, views: [{ name: 'rejected', path: reached.path, ready: '[data-stage="cancelled"]' }] }
}

async function missTheDeadline() {
  const { items } = (await callAs(OVERDUE.user, 'GET', '/preselections')) as { items: { id: string; stage: string }[] }
  const overdue = items.find(({ stage }) => stage === 'overdue')
  const views = [
    { name: 'overdue', path: `/preselections/${overdue?.id}`, ready: '[data-stage="overdue"] strong' },
    { name: 'banned', path: '/', ready: '[data-stage="blacklisted"]' },
  ]
  return { user: OVERDUE, views }
}

async function useUp(user: User, reached: Reached): Promise<void> {
  await reachSelection(user, reached)
  const left = async () => (await callAs(user.user, 'GET', reached.path)) as { draws: { remaining: number }; composed: { remaining: number } }
  for (let { composed } = await left(); composed.remaining > 0; { composed } = await left()) {
    await postUntilAllowed(user.user, `${reached.path}/compositions`, { numbers: [await aTakenNumber(user, reached.path)] })
  }
  for (let { draws } = await left(); draws.remaining > 0; { draws } = await left()) await postUntilAllowed(user.user, `${reached.path}/draws`, {})
}

/** The view comes when the deadline of the last batch has passed, whose numbers can be chosen until then. */
async function useUpAllChances() {
  const user = await aHurriedApplicant()
  const reached = await reachNotes(user)
  await useUp(user, reached)
  return { user, views: [{ name: 'exhausted', path: reached.path, ready: '[data-stage="exhausted"]' }] }
}

/** How a preselection ends, or has to wait. */
export const ENDINGS: Walk[] = [
  { name: 'the waiting room', begin: waitInTheRoom },
  { name: 'a rejection', begin: beRejected },
  { name: 'a missed deadline', begin: missTheDeadline },
  { name: 'used up chances', begin: useUpAllChances },
]
