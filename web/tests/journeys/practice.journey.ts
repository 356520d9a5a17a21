import { expect, test } from 'vitest'
import { BASE, theBrowser, visit } from './browser'
import { draw, putAside } from './steps'

const browser = await theBrowser()

test('practice leads from the introduction to a play plate, without signing in and unmistakably marked', async () => {
  const { page, context, faults } = await visit(browser)
  await page.goto(BASE)
  await page.getByRole('link', { name: '先试一试：模拟选号' }).click()
  await page.getByText('号码均为「练」字虚拟号牌').waitFor()
  await page.getByRole('button', { name: '开始选号' }).click()
  await page.getByRole('button', { name: '获取验证码' }).click()
  await page.getByLabel('短信验证码').fill('000000')
  await page.getByRole('button', { name: '确认', exact: true }).click()
  const [number = ''] = await draw(page)
  expect(number).toMatch(/^练A/)
  await putAside(page, number)
  await page.locator('.selection-bar').getByRole('button', { name: '确认选号' }).click()
  await page.getByRole('button', { name: '确认选用该号牌' }).click()
  await page.getByText('实际选号时，此号牌即为您预选的号牌。').waitFor()
  expect(faults).toEqual([])
  await context.close()
})
