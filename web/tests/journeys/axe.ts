import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { seriousFlaws } from './browser'
import { inLanguage, OTHER_LANGUAGES } from './languages'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LEAST_TARGET_PX = 44

export interface Inspection {
  /** What is wrong with the page as it is now is added to the flaws under this name. */
  look: (name: string) => Promise<void>
  flaws: string[]
}

/**
 * Collects what axe finds serious or critical, what is too small for a finger and, in every language, what has to be
 * scrolled sideways, on one screen after another; with `displays` in dark mode and in large type too.
 */
export function inspect(page: Page, { displays = false } = {}): Inspection {
  const flaws: string[] = []
  const measure = async (name: string) => {
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (overhang > 0) flaws.push(`${name} is ${overhang} px too wide`)
    const small = await page.evaluate(smallTargets, LEAST_TARGET_PX)
    flaws.push(...small.map((target) => `${name}: ${target} is smaller than ${LEAST_TARGET_PX} px`))
  }
  const inOtherDisplays = async (name: string) => {
    await page.emulateMedia({ colorScheme: 'dark' })
    flaws.push(...(await seriousFlaws(page, axeSource)).map((flaw) => `${name} in dark mode: ${flaw}`))
    await page.emulateMedia({ colorScheme: 'light' })
    await page.evaluate(() => document.documentElement.setAttribute('data-display', 'large'))
    flaws.push(...(await seriousFlaws(page, axeSource)).map((flaw) => `${name} in large type: ${flaw}`))
    await measure(`${name} in large type`)
    await page.evaluate(() => document.documentElement.removeAttribute('data-display'))
  }
  const look = async (name: string) => {
    flaws.push(...(await seriousFlaws(page, axeSource)).map((flaw) => `${name}: ${flaw}`))
    await measure(name)
    if (displays) await inOtherDisplays(name)
    for (const language of OTHER_LANGUAGES) await inLanguage(page, language, () => measure(`${name} in ${language}`))
  }
  return { look, flaws }
}

/** Runs in the page: what can be pressed and is too small. A box or a button of a choice is pressed by its words, too. */
function smallTargets(least: number): string[] {
  const pressable = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [role="tab"]')]
  return pressable.flatMap((element) => {
    const choice = element.matches('[type="radio"], [type="checkbox"]') ? element.closest('label') : null
    const { width, height } = (choice ?? element).getBoundingClientRect()
    const isHidden = !element.checkVisibility() || element.matches('.skip')
    // Half a pixel may be lost to rounding.
    if (isHidden || (width >= least - 0.5 && height >= least - 0.5)) return []
    return [`${element.tagName.toLowerCase()} "${element.textContent?.trim() || element.getAttribute('name')}" of ${width} × ${height}`]
  })
}
