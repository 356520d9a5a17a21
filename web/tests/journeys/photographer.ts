import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { visit, type Visitor } from './browser'
import { inLanguage, OTHER_LANGUAGES } from './languages'

// Every screen as a picture at the two widths, kept beside the documents; in the other languages those that differ most,
// or all of them if asked to.
const FOLDER = process.env.XUANHAO_SCREENS ?? '../docs/screens'
const IN_EVERY_LANGUAGE = new Set(['01-introduction', '10-draw', '11-compose', '13-completed', '18-desk-reservation'])
const ALL = process.env.XUANHAO_SCREENS_ALL === '1'

export const WIDTHS = [375, 1200]
export type Shoot = (name: string, options?: { fullPage?: boolean }) => Promise<void>

/** A visitor at this width, and what takes a picture of the page that they see. A phone's pictures are twice as fine. */
export async function visitWithCamera(browser: Browser, width: number): Promise<Visitor & { shoot: Shoot }> {
  const isPhone = width < 600
  const visitor = await visit(browser, { width, height: isPhone ? 740 : 800 }, isPhone ? 2 : 1)
  if (!(await visitor.page.evaluate(showsChinese))) throw new Error('no font of this machine has Chinese characters; `make screens` brings one')
  return { ...visitor, shoot: cameraOf(visitor.page, width) }
}

function cameraOf(page: Page, width: number): Shoot {
  return async (name, options) => {
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined)
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await shootInto(page, join(FOLDER, String(width)), name, options)
    if (!ALL && !IN_EVERY_LANGUAGE.has(name)) return
    for (const language of OTHER_LANGUAGES) {
      await inLanguage(page, language, () => shootInto(page, join(FOLDER, language, String(width)), name, options))
    }
  }
}

async function shootInto(page: Page, folder: string, name: string, { fullPage = true } = {}): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage, animations: 'disabled' })
}

/** Runs in the page: a character that no font has looks like one that does not exist. */
function showsChinese(): boolean {
  const drawn = (character: string) => {
    const canvas = document.createElement('canvas')
    canvas.getContext('2d')?.fillText(character, 0, 20)
    return canvas.toDataURL()
  }
  return drawn('号') !== drawn('\u{10FFFD}')
}
