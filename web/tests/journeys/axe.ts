import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { seriousFlaws } from './browser'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Inspection {
  /** What is wrong with the page as it is now is added to the flaws under this name. */
  look: (name: string) => Promise<void>
  flaws: string[]
}

/** Collects what axe finds serious or critical, and what has to be scrolled sideways, on one screen after another. */
export function inspect(page: Page): Inspection {
  const flaws: string[] = []
  const look = async (name: string) => {
    flaws.push(...(await seriousFlaws(page, axeSource)).map((flaw) => `${name}: ${flaw}`))
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (overhang > 0) flaws.push(`${name} is ${overhang} px too wide`)
  }
  return { look, flaws }
}
