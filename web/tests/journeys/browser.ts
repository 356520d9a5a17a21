import type { Browser, BrowserContext, Page } from 'playwright-core'
import { inject } from 'vitest'
import { launch } from './chromium'
import { watchTraffic } from './settling'

/** The whole stack that the journeys run against. */
export const BASE = process.env.XUANHAO_BASE_URL ?? 'http://127.0.0.1:8000'

export const launchBrowser = (flags: string[] = []): Promise<Browser> => launch(inject('chromium'), flags)

let shared: Promise<Browser> | undefined

/** One Chromium for all files that a worker runs, each of which closes its own contexts; it ends with the worker. */
export const theBrowser = (): Promise<Browser> => (shared ??= launchBrowser())

export interface Visitor {
  context: BrowserContext
  page: Page
  /** Every error that the pages wrote to the console, refusals of the API left out. */
  faults: string[]
}

export async function visit(browser: Browser, viewport = { width: 375, height: 740 }, deviceScaleFactor = 1): Promise<Visitor> {
  const context = await browser.newContext({ viewport, deviceScaleFactor, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const faults: string[] = []
  context.on('page', (page) => {
    watchTraffic(page)
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
    })
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return { context, page, faults }
}
