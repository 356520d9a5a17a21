import { expect, test } from 'vitest'
import { theBrowser, visit, type Visitor } from './browser'
import { callAs, type User } from './demoWorld'
import { anApplicant } from './people'
import { confirmCandidate, draw, enterVehicle, putAside, verifyIdentity } from './steps'

const browser = await theBrowser()

interface Selection {
  stage: string
  plate: string | null
  draws: { remaining: number } | null
  batch: { id: string; numbers: string[] } | null
  candidates: { numbers: string[] } | null
}

/** Goes back and forth with the browser's own buttons. Answers what the pages asked the server to do meanwhile. */
async function backAndForth({ page }: Visitor, title: string): Promise<string[]> {
  const here = page.url()
  const acts: string[] = []
  const note = (request: { method: () => string; url: () => string }) => {
    if (request.method() !== 'GET') acts.push(`${request.method()} ${request.url()}`)
  }
  page.on('request', note)
  await page.goBack()
  await page.waitForURL((address) => address.href !== here)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goForward()
  await page.waitForURL(here)
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  page.off('request', note)
  return acts
}

const viewOf = async (user: User, { page }: Visitor) => {
  const path = `/preselections/${page.url().split('/').at(-1)}`
  const { stage, plate, draws, batch, candidates } = (await callAs(user.user, 'GET', path)) as Selection
  return { stage, plate, remaining: draws?.remaining, batch: batch?.numbers, candidates: candidates?.numbers }
}

test('the back button in the middle of a selection and at its end costs nothing and enters nothing again', async () => {
  const visitor = await visit(browser)
  const { page, context, faults } = visitor
  const user = await anApplicant()
  await enterVehicle(page, user)
  await verifyIdentity(page, user)
  const [, second = ''] = await draw(page)
  await putAside(page, second)
  const selecting = await viewOf(user, visitor)
  expect(selecting).toMatchObject({ stage: 'plate_selection', remaining: 4, candidates: [second] })

  expect(await backAndForth(visitor, '预选号牌')).toEqual([])
  expect(await viewOf(user, visitor)).toEqual(selecting)
  expect(await page.locator('[data-number]').count()).toBe(10)

  // The title leads to the entrance, which would end the selection, so the page asks; other pages lead back by one tap.
  await page.getByRole('banner').getByRole('link').first().click()
  await page.getByRole('dialog').getByRole('button', { name: '继续选号' }).click()
  await page.getByRole('link', { name: '号段公示' }).click()
  await page.getByRole('link', { name: '您正在选号，点此返回' }).click()
  await page.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
  expect(await viewOf(user, visitor)).toEqual(selecting)

  // Another device enters: this one says why it was thrown back. Its way back is as usual.
  await callAs(user.user, 'POST', '/entries', {})
  await page.getByText('该预选在另一台设备或另一个窗口重新进入').waitFor()
  await verifyIdentity(page, user)
  await page.locator(`input[name="candidate"][value="${second}"]`).waitFor()

  await confirmCandidate(page, second)
  const completed = await viewOf(user, visitor)
  expect(completed).toMatchObject({ stage: 'completed', plate: second })
  expect(await backAndForth(visitor, '完成号牌预选')).toEqual([])
  expect(await viewOf(user, visitor)).toEqual(completed)
  const { items } = (await callAs(user.user, 'GET', '/preselections')) as { items: unknown[] }
  expect(items).toHaveLength(1)
  expect(faults).toEqual([])
  await context.close()
})
