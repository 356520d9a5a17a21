import type { Page } from 'playwright-core'
import { settled } from './settling'

export const FIRST_LANGUAGE = 'zh-CN'
export const OTHER_LANGUAGES = ['zh-TW', 'en'] as const

/** Does something with the page in each of the other languages, and turns back to Chinese. */
export async function inOtherLanguages(page: Page, act: (language: string) => Promise<void>): Promise<void> {
  try {
    for (const language of OTHER_LANGUAGES) {
      await turnToLanguage(page, language)
      await act(language)
    }
  } finally {
    await turnToLanguage(page, FIRST_LANGUAGE)
  }
}

/** What is read again in the language has come when this returns. */
export async function turnToLanguage(page: Page, language: string): Promise<void> {
  const turn = (await page.locator('select.language').count()) ? choose : browseIn
  await turn(page, language)
  await settled(page)
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
}
