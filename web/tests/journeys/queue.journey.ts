import { expect, test } from 'vitest'
import { inspect } from './axe'
import { theBrowser, visit } from './browser'
import { callAs, vehiclesOf } from './demoWorld'
import { anApplicant } from './people'
import { enterVehicle, verifyIdentity } from './steps'

const browser = await theBrowser()

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

test('an office lets people in one after the other, and the page says when it is their turn', async () => {
  const applicant = await anApplicant()
  const [vehicle] = await vehiclesOf(applicant.user)
  const office = vehicle?.office_code ?? ''
  const { page, context, faults } = await visit(browser)
  await enterVehicle(page, applicant)
  const hours = { opens_at: inSeconds(4), closes_at: inSeconds(120), reason: '新号段投放' }
  expect(await callAs('operator-1', 'POST', `/operations/offices/${office}/queue`, hours)).toHaveProperty('opens_at')
  await page.reload()
  await page.getByRole('heading', { name: '排队' }).waitFor()
  await page.getByText('名次在开放时随机产生').waitFor()
  const { look, flaws } = inspect(page)
  await look('queue')
  expect(flaws).toEqual([])
  await page.locator('[data-place="1"][data-admitted="true"]').waitFor()
  await page.getByText('轮到您了').waitFor()
  await verifyIdentity(page, applicant)
  expect(faults).toEqual([])
  await context.close()
})
