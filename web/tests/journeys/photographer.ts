import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { inOtherLanguages } from './languages'
import type { Inspect, Size } from './walks/walk'

// Every view as a picture at two widths, kept beside the documents; in the other languages and appearances those that
// differ most, or all of them if asked to.
const FOLDER = process.env.XUANHAO_SCREENS ?? '../docs/screens'
const ALL = process.env.XUANHAO_SCREENS_ALL === '1'
const IN_EVERY_LANGUAGE = new Set(['introduction', 'drawn numbers', 'composing', 'completed', 'desk reservation'])
const IN_EVERY_APPEARANCE = new Set(['introduction', 'drawn numbers', 'composing', 'completed', 'desk', 'overview'])

// A phone's pictures are twice as fine.
export const SIZES: Size[] = [
  { width: 375, height: 740, scale: 2 },
  { width: 1200, height: 800 },
]

/** Takes the pictures of a view at this size; on a phone some in dark mode and in large type, too. */
export function photograph({ width }: Size): Inspect {
  return async (page, name) => {
    if (!(await page.evaluate(showsChinese))) throw new Error('no font of this machine has Chinese characters; `make screens` brings one')
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await shoot(page, String(width), name)
    if (ALL || (width === 375 && IN_EVERY_LANGUAGE.has(name))) {
      await inOtherLanguages(page, (language) => shoot(page, join(language, String(width)), name))
    }
    if (width === 375 && (ALL || IN_EVERY_APPEARANCE.has(name))) await inEveryAppearance(page, name)
  }
}

async function inEveryAppearance(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot(page, 'dark', name)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.evaluate(() => document.documentElement.setAttribute('data-display', 'large'))
  await shoot(page, 'large', name)
  await page.evaluate(() => document.documentElement.removeAttribute('data-display'))
}

/** The whole page, or the window if a sheet or a bar lies over the page. */
async function shoot(page: Page, folder: string, name: string): Promise<void> {
  const kept = join(FOLDER, folder)
  mkdirSync(kept, { recursive: true })
  const fullPage = (await page.locator('dialog[open], .selection-bar').count()) === 0
  await page.screenshot({ path: join(kept, `${name.replaceAll(' ', '-')}.png`), fullPage, animations: 'disabled' })
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
