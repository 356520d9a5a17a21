import { expect, test } from 'vitest'
import { BASE, theBrowser, visit } from './browser'
import { callAs } from './demoWorld'
import { anApplicant } from './people'

const browser = await theBrowser()

test('a demo phone that has received nothing shows what comes in by itself', async () => {
  const { page, context, faults } = await visit(browser)
  const { user } = await anApplicant()
  await page.goto(`${BASE}/demo/phone?user=${user}`)
  await page.getByText('还没有短信。').waitFor()
  await callAs(user, 'POST', '/verification-codes', { purpose: 'confirm_information' })
  await page.locator('li .code').waitFor()
  expect(await page.locator('li').count()).toBe(1)
  expect(faults).toEqual([])
  await context.close()
})
