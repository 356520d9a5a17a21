import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { visit, type Visitor } from './browser'

// Every screen as a picture at the two widths, kept beside the documents.
const FOLDER = process.env.XUANHAO_SCREENS ?? '../docs/screens'

export const WIDTHS = [375, 1200]
export type Shoot = (name: string, options?: { fullPage?: boolean }) => Promise<void>

/** A visitor at this width, and what takes a picture of the page that they see. A phone's pictures are twice as fine. */
export async function visitWithCamera(browser: Browser, width: number): Promise<Visitor & { shoot: Shoot }> {
  const isPhone = width < 600
  const visitor = await visit(browser, { width, height: isPhone ? 740 : 800 }, isPhone ? 2 : 1)
  return { ...visitor, shoot: cameraOf(visitor.page, width) }
}

function cameraOf(page: Page, width: number): Shoot {
  const folder = join(FOLDER, String(width))
  mkdirSync(folder, { recursive: true })
  return async (name, { fullPage = true } = {}) => {
    await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined)
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage, animations: 'disabled' })
  }
}
