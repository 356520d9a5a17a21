import type { Browser, Page } from 'playwright-core'
import { BASE, visit } from '../browser'
import type { User } from '../demoWorld'
import { settled } from '../settling'
import { signIn } from '../steps'

/** One view of the pages: its address, or none if the page stays where it is; what shows that it is there; what is done first. */
export interface View {
  name: string
  path?: string
  ready?: string
  open?: (page: Page) => Promise<void>
}

/** Views that one visitor comes to one after the other, so that one start and one sign-in are enough for all of them. */
export interface Walk {
  name: string
  begin: () => Promise<{ user: User | null; views: View[]; end?: () => Promise<unknown> }>
}

export interface Size {
  width: number
  height: number
  scale?: number
}

export type Inspect = (page: Page, name: string) => Promise<void>

/** Goes through a walk. Returns what the pages complained about, and every view that did not open. */
export async function goThrough(browser: Browser, walk: Walk, { width, height, scale }: Size, inspect: Inspect): Promise<string[]> {
  const { user, views, end } = await walk.begin()
  const { page, context, faults } = await visit(browser, { width, height }, scale)
  try {
    if (user) await enter(page, user)
    for (const view of views) {
      await show(page, view)
      await inspect(page, view.name)
    }
  } finally {
    await end?.()
    await context.close()
  }
  return faults
}

/** The sign-in comes on a page that enters nothing. */
async function enter(page: Page, user: User): Promise<void> {
  await page.goto(`${BASE}/help`)
  await signIn(page, user)
}

async function show(page: Page, { name, path, ready, open }: View): Promise<void> {
  try {
    if (path) await page.goto(BASE + path)
    if (ready) await page.locator(ready).first().waitFor()
    await open?.(page)
  } catch (error) {
    throw new Error(`${name} does not open: ${String(error).slice(0, 600)}`, { cause: error })
  }
  await settled(page)
}

