import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { axeIn, smallTargetsIn } from './axe'
import { FIRST_LANGUAGE, turnToLanguage } from './languages'
import { motionsIn } from './motion'
import { settled } from './settling'
import { goThrough, type Size, type Walk } from './walks/walk'

const NARROW: Size = { width: 320, height: 568 }
const WIDE: Size = { width: 1200, height: 800 }
const LONGEST_READING_MS = 10_000

interface Variant {
  name: string
  language: string
  size: Size
  appearance?: 'dark' | 'large'
  /** What axe is asked; without it, the page is only measured. */
  axe?: object
}

// Dark mode and large type change colours and sizes only, so the other rules need no second run there.
const APPEARANCE = { runOnly: ['color-contrast', 'target-size'] }
// No language changes a colour.
const WITHOUT_COLOURS = { rules: { 'color-contrast': { enabled: false } } }

// All on the page as it is: sizes, colours and words change in place, so nothing is loaded for a variant. From one to the
// next as little changes as can be.
const VARIANTS: Variant[] = [
  { name: 'zh-CN', language: FIRST_LANGUAGE, size: NARROW, axe: {} },
  { name: 'dark', language: FIRST_LANGUAGE, size: NARROW, appearance: 'dark', axe: APPEARANCE },
  { name: 'large', language: FIRST_LANGUAGE, size: NARROW, appearance: 'large', axe: APPEARANCE },
  { name: 'wide', language: FIRST_LANGUAGE, size: WIDE, axe: {} },
  { name: 'wide zh-TW', language: 'zh-TW', size: WIDE },
  { name: 'zh-TW', language: 'zh-TW', size: NARROW, axe: WITHOUT_COLOURS },
  { name: 'en', language: 'en', size: NARROW, axe: WITHOUT_COLOURS },
  { name: 'wide en', language: 'en', size: WIDE },
]
const ORDINARY: Variant = { name: 'ordinary', language: FIRST_LANGUAGE, size: NARROW }

/** A further look at every view of a walk, in Chinese and at the narrowest width. Answers what is wrong. */
export type Look = (page: Page) => Promise<string[]>

/** Every view of a walk in every variant. */
export async function checkWalk(browser: Browser, walk: Walk, ...looks: Look[]): Promise<void> {
  const flaws: string[] = []
  const faults = await goThrough(browser, walk, NARROW, async (page, name) => {
    flaws.push(...(await flawsInAllVariants(page, name)))
    for (const look of looks) flaws.push(...(await look(page)).map((flaw) => `${name}: ${flaw}`))
  })
  expect([...flaws, ...faults]).toEqual([])
}

/**
 * What is wrong with the page as it is now: anything that axe finds in each language, in dark mode, in large type and on a
 * wide screen; a page that is wider than the window; motion that the visitor does not want; and Chinese that a reader of
 * English meets without a mark of its language.
 */
async function flawsInAllVariants(page: Page, name: string): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const axe = axeIn(page, session)
  const flaws: string[] = []
  const note = (variant: string, found: string[]) => flaws.push(...found.map((flaw) => `${name}, ${variant}: ${flaw}`))
  note('reduced motion', await motionsIn(page))
  let last = ORDINARY
  for (const variant of VARIANTS) {
    await turn(page, last, variant)
    if (variant.axe) note(variant.name, await axe(variant.axe))
    note(variant.name, await measure(page))
    if (variant.name === 'en') note('en', (await untranslated(page)).map((text) => `untranslated ${text}`))
    last = variant
  }
  await turn(page, last, ORDINARY)
  await session.detach()
  return flaws
}

async function turn(page: Page, from: Variant, to: Variant): Promise<void> {
  if (to.size !== from.size) await page.setViewportSize(to.size)
  if (to.appearance !== from.appearance) {
    await page.emulateMedia({ colorScheme: to.appearance === 'dark' ? 'dark' : 'light' })
    await page.evaluate((isLarge) => {
      if (isLarge) document.documentElement.setAttribute('data-display', 'large')
      else document.documentElement.removeAttribute('data-display')
    }, to.appearance === 'large')
  }
  if (to.language !== from.language) await turnToLanguage(page, to.language)
  // Charts take their size in the next frame.
  else if (to.size !== from.size) await settled(page)
}

const measure = async (page: Page): Promise<string[]> => [
  ...(await overhang(page)),
  ...(await smallTargetsIn(page)),
  ...(await page.evaluate(crowdedInFooter)),
  ...(await page.evaluate(rawNames)),
]

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
