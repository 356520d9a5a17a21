import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE, launchBrowser, visit } from './browser'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const LATENCY_MS = 150
const BYTES_PER_S = (1.6 * 1_000_000) / 8
const MOST_PAINT_MS = 1500
const MOST_SHIFT = 0.1
// A busy machine delays a load by chance, so the best of a few counts.
const LOADS = 5

interface Load {
  paint: number
  shift: number
  bytes: number
}

/** One load with an empty cache over a phone's connection. */
async function loadOnce(): Promise<Load & { faults: string[]; head: Head }> {
  const { page, context, faults } = await visit(browser)
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const conditions = { offline: false, latency: LATENCY_MS, downloadThroughput: BYTES_PER_S, uploadThroughput: BYTES_PER_S }
  await session.send('Network.emulateNetworkConditions', conditions)
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await page.addInitScript(observePaints)
  await page.goto(BASE)
  await page.getByRole('button', { name: '提交信息', exact: true }).waitFor()
  await page.waitForLoadState('networkidle')
  const measured = await page.evaluate(() => (globalThis as unknown as { measured: { paint: number; shift: number } }).measured)
  const head = await headOf(page)
  await context.close()
  return { ...measured, bytes, faults, head }
}

/** Runs in the page, before its own scripts. */
function observePaints(): void {
  const measured = { paint: 0, shift: 0 }
  Object.assign(globalThis, { measured })
  new PerformanceObserver((list) => {
    measured.paint = list.getEntries().at(-1)?.startTime ?? 0
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) measured.shift += (entry as unknown as { value: number }).value
  }).observe({ type: 'layout-shift', buffered: true })
}

interface Head {
  lang: string
  title: string
  description: string
  viewport: string
}

const headOf = (page: Page): Promise<Head> =>
  page.evaluate(() => {
    const content = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''
    return { lang: document.documentElement.lang, title: document.title, description: content('description'), viewport: content('viewport') }
  })

test('the first screen is painted within 1.5 s at 1.6 Mbit/s and 150 ms, and does not move', async () => {
  const paints: number[] = []
  for (let load = 0; load < LOADS && !paints.some((paint) => paint < MOST_PAINT_MS); load++) {
    const { paint, shift, bytes, faults, head } = await loadOnce()
    expect(paint).toBeGreaterThan(0)
    paints.push(paint)
    console.log(`largest paint after ${Math.round(paint)} ms, shift ${shift.toFixed(3)}, ${bytes} bytes`)
    expect(shift).toBeLessThan(MOST_SHIFT)
    expect(faults).toEqual([])
    expect(head).toMatchObject({ lang: 'zh-CN', viewport: 'width=device-width, initial-scale=1' })
    expect(head.title).not.toBe('')
    expect(head.description).not.toBe('')
  }
  expect(Math.min(...paints)).toBeLessThan(MOST_PAINT_MS)
})
