import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { axeIn, smallTargetsIn } from './axe'
import { inLanguage, OTHER_LANGUAGES } from './languages'
import { goThrough, type Walk } from './walks/walk'

const NARROW = { width: 320, height: 568 }
// Dark mode and large type change colours and sizes only, so the other rules need no second run there.
const APPEARANCE = ['color-contrast', 'target-size']
const only = (rules: string[]) => ({ runOnly: rules })
const LONGEST_READING_MS = 10_000
// No language changes a colour.
const WITHOUT_COLOURS = { rules: { 'color-contrast': { enabled: false } } }

/** Every view of a walk in every variant, at the narrowest width. */
export async function checkWalk(browser: Browser, walk: Walk): Promise<void> {
  const flaws: string[] = []
  const faults = await goThrough(browser, walk, NARROW, async (page, name) => {
    flaws.push(...(await flawsInAllVariants(page, name)))
  })
  expect([...flaws, ...faults]).toEqual([])
}

/**
 * What is wrong with the page as it is now: anything that axe finds in each language, in dark mode and in large type; a page
 * that is wider than the window; and Chinese that a reader of English meets without a mark of its language.
 */
async function flawsInAllVariants(page: Page, name: string): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const axe = axeIn(page, session)
  const flaws: string[] = []
  const note = (variant: string, found: string[]) => flaws.push(...found.map((flaw) => `${name}, ${variant}: ${flaw}`))
  const check = async (variant: string, options?: object) =>
    note(variant, [
      ...(await axe(options)),
      ...(await overhang(page)),
      ...(await smallTargetsIn(page)),
      ...(await page.evaluate(crowdedInFooter)),
      ...(await page.evaluate(rawNames)),
    ])
  await check('zh-CN')
  for (const language of OTHER_LANGUAGES) {
    await inLanguage(page, language, async () => {
      await check(language, WITHOUT_COLOURS)
      if (language === 'en') note(language, (await untranslated(page)).map((text) => `untranslated ${text}`))
    })
  }
  await page.emulateMedia({ colorScheme: 'dark' })
  await check('dark', only(APPEARANCE))
  await page.emulateMedia({ colorScheme: 'light' })
  await page.evaluate(() => document.documentElement.setAttribute('data-display', 'large'))
  await check('large', only(APPEARANCE))
  await page.evaluate(() => document.documentElement.removeAttribute('data-display'))
  await session.detach()
  return flaws
}

/** What stays Chinese when what is read again in the other language has had its time to come. */
async function untranslated(page: Page): Promise<string[]> {
  const end = Date.now() + LONGEST_READING_MS
  let found = await page.evaluate(unmarkedChinese)
  while (found.length > 0 && Date.now() < end) {
    await page.waitForTimeout(100)
    found = await page.evaluate(unmarkedChinese)
  }
  return found
}

async function overhang(page: Page): Promise<string[]> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return width > 0 ? [`${width} px too wide`] : []
}

/** Runs in the page: controls of the footer that nearly touch, so that a finger meets the wrong one. */
function crowdedInFooter(): string[] {
  const LEAST_GAP_PX = 8
  const controls = [...document.querySelectorAll('footer :is(a, button)')]
  const boxes = controls.map((control) => ({ name: control.textContent?.trim(), box: control.getBoundingClientRect() }))
  return boxes.flatMap(({ name, box }, place) =>
    boxes.slice(place + 1).flatMap(({ name: other, box: next }) => {
      const across = Math.max(box.left, next.left) - Math.min(box.right, next.right)
      const down = Math.max(box.top, next.top) - Math.min(box.bottom, next.bottom)
      return Math.max(across, down) < LEAST_GAP_PX ? [`«${name}» and «${other}» are ${Math.max(across, down)} px apart`] : []
    }),
  )
}

/** Runs in the page: names of the API where words are due. */
function rawNames(): string[] {
  const labels = [...document.querySelectorAll('th, option, tbody td:first-child')].map((label) => label.textContent?.trim() ?? '')
  return [...new Set(labels)].filter((label) => /^[a-z]+(_[a-z0-9]+)+$/.test(label)).map((label) => `raw name «${label}»`)
}

/** Runs in the page. Plates, prefixes and masked names are Chinese in every language, and what is marked with `lang` or `translate` is meant so. */
function unmarkedChinese(): string[] {
  const isChinese = (text: string) => /\p{Script=Han}/u.test(text.replaceAll(/\p{Script=Han} ?([A-HJ-NP-Z][A-HJ-NP-Z0-9!@ ]*|\*+)/gu, ''))
  const isMarked = (element: Element | null) => !element || !!element.closest('[lang^="zh"]:not(html), [translate="no"], svg, script, style, noscript')
  const found = new Set<string>()
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (nodes.nextNode()) {
    const text = nodes.currentNode.textContent?.trim() ?? ''
    if (isChinese(text) && !isMarked(nodes.currentNode.parentElement)) found.add(`text «${text.slice(0, 60)}»`)
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    for (const attribute of ['aria-label', 'placeholder', 'title', 'alt']) {
      const value = element.getAttribute(attribute) ?? ''
      if (isChinese(value) && !isMarked(element)) found.add(`${attribute} «${value.slice(0, 60)}»`)
    }
  }
  if (isChinese(document.title) && !isMarked(document.querySelector('title'))) found.add(`document title «${document.title}»`)
  return [...found]
}
