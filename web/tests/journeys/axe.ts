import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { CDPSession, Page } from 'playwright-core'
import { inOtherLanguages } from './languages'
import { settled } from './settling'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LEAST_TARGET_PX = 44

export interface Inspection {
  /** What is wrong with the page as it is now is added to the flaws under this name. */
  look: (name: string) => Promise<void>
  flaws: string[]
}

/** Collects what axe finds and, in every language, what has to be scrolled sideways or is too small for a finger, on one screen after another. */
export function inspect(page: Page): Inspection {
  const flaws: string[] = []
  const axe = page.context().newCDPSession(page).then((session) => axeIn(page, session))
  const measure = async (name: string) => {
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (overhang > 0) flaws.push(`${name} is ${overhang} px too wide`)
    flaws.push(...(await smallTargetsIn(page)).map((target) => `${name}: ${target}`))
  }
  const look = async (name: string) => {
    await settled(page)
    flaws.push(...(await (await axe)()).map((flaw) => `${name}: ${flaw}`))
    await measure(name)
    await inOtherLanguages(page, (language) => measure(`${name} in ${language}`))
  }
  return { look, flaws }
}

/** axe in an isolated world, since the page's policy forbids foreign scripts; loaded once for all variants, and again after a reload. */
export function axeIn(page: Page, session: CDPSession): (options?: object) => Promise<string[]> {
  let world: Promise<number> | null = null
  page.on('framenavigated', () => {
    world = null
  })
  return async (options = {}) => {
    const expression = `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })}).then(({ violations }) => violations
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`
    world ??= worldWithAxe(session)
    const { result } = await session.send('Runtime.evaluate', { expression, contextId: await world, awaitPromise: true, returnByValue: true })
    if (!Array.isArray(result.value)) throw new Error(`axe gave no result: ${JSON.stringify(result)}`)
    return result.value as string[]
  }
}

async function worldWithAxe(session: CDPSession): Promise<number> {
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
  await session.send('Runtime.evaluate', { expression: axeSource, contextId })
  return contextId
}

export const smallTargetsIn = (page: Page): Promise<string[]> => page.evaluate(smallTargets, LEAST_TARGET_PX)

/** Runs in the page: what can be pressed and is too small. A box or a button of a choice is pressed by its words, too. */
function smallTargets(least: number): string[] {
  const pressable = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [role="tab"]')]
  return pressable.flatMap((element) => {
    const choice = element.matches('[type="radio"], [type="checkbox"]') ? element.closest('label') : null
    const { width, height } = (choice ?? element).getBoundingClientRect()
    // The seven days of a week leave no room for more on the narrowest phones.
    const isDay = innerWidth < 375 && element.matches('.days button')
    const isHidden = !element.checkVisibility() || element.matches('.skip') || isDay
    // Half a pixel may be lost to rounding.
    if (isHidden || (width >= least - 0.5 && height >= least - 0.5)) return []
    return [`${element.tagName.toLowerCase()} "${element.textContent?.trim() || element.getAttribute('name')}" of ${width} × ${height} is smaller than ${least} px`]
  })
}
