import { callAs, items, messagesOf, vehiclesOf, type User } from './demoWorld'
import { hurry, isHurried } from './hurry'

// Journeys run two files at a time, and each worker takes its own share of the people.
const WORKERS = 2
const worker = Number(process.env.VITEST_POOL_ID ?? 1) % WORKERS
const met = new Set<string>()

/** An applicant who has done nothing yet and whose first car is of such an office, but of none with short deadlines. */
export const anApplicant = (isWanted: (office: string) => boolean = () => true): Promise<User> =>
  findApplicant((office) => isWanted(office) && !isHurried(office))

/** One whose first car is of an office with short deadlines. */
export async function aHurriedApplicant(): Promise<User> {
  await hurry()
  return findApplicant(isHurried)
}

/** From the end of the list, so that nobody's favourite is used up. */
async function findApplicant(isWanted: (office: string) => boolean): Promise<User> {
  const applicants = (await items<User>('/users')).filter(({ user }) => user.startsWith('applicant'))
  const share = applicants.toReversed().filter((_, place) => place % WORKERS === worker)
  for (const applicant of share.filter(({ user }) => !met.has(user))) {
    const [car] = await vehiclesOf(applicant.user)
    if (!car || !isWanted(car.office_code) || met.has(applicant.user)) continue
    met.add(applicant.user)
    const { items: own } = (await callAs(applicant.user, 'GET', '/preselections')) as { items: unknown[] }
    // Whose phone got a code some seconds ago would have to wait for the next one.
    if (own.length === 0 && (await messagesOf(applicant.user)).length === 0) return applicant
  }
  throw new Error('every applicant of the demo has a preselection already')
}
