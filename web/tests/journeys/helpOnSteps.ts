import type { Page } from 'playwright-core'

const MOST_STOPS = 15

/** On each step: Tab leads from the top of the page to the help, Enter opens its questions, and Escape leads back. */
export async function helpByKeyboard(page: Page): Promise<string[]> {
  // An open sheet is closed first, and the demo's phone is no step.
  if ((await page.locator('dialog[open]').count()) > 0 || page.url().includes('/demo/')) return []
  const help = page.getByRole('banner').getByRole('button', { name: '帮助', exact: true })
  const holdsFocus = () => help.evaluate((button) => button === document.activeElement)
  await page.locator('a.skip').focus()
  for (let stops = 0; !(await holdsFocus()); stops++) {
    if (stops === MOST_STOPS) return ['Tab does not lead to the help']
    await page.keyboard.press('Tab')
  }
  if (!(await help.evaluate((button) => button.matches(':focus-visible')))) return ['the focus does not show on the help']
  await page.keyboard.press('Enter')
  await page.locator('dialog[open] details').first().waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  return (await holdsFocus()) ? [] : ['the focus does not come back from the help']
}
