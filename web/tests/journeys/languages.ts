import type { Page } from 'playwright-core'

export const OTHER_LANGUAGES = ['zh-TW', 'en'] as const

/** Does something with the page in another language, and turns back to Chinese. */
export async function inLanguage(page: Page, language: string, act: () => Promise<void>): Promise<void> {
  const turn = (await page.locator('select.language').count()) ? choose : browseIn
  await turn(page, language)
  try {
    await act()
  } finally {
    await turn(page, 'zh-CN')
  }
}

/** The demo's own pages follow the browser's language and have no choice. */
async function browseIn(page: Page, language: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const userAgent = await page.evaluate(() => navigator.userAgent)
  await session.send('Network.setUserAgentOverride', { userAgent, acceptLanguage: language })
  await page.reload()
  await session.detach()
}

/** Also behind a dialog, where a visitor would have to close it first. */
async function choose(page: Page, language: string): Promise<void> {
  await page.evaluate((wanted) => {
    const select = document.querySelector<HTMLSelectElement>('select.language')
    if (!select) return
    select.value = wanted
    select.dispatchEvent(new Event('change', { bubbles: true }))
  }, language)
  await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' })
  // Countdowns and titles follow in the next frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}
