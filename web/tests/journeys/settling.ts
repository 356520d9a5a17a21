import type { Page, Request } from 'playwright-core'

const LONGEST_MS = 15_000

interface Traffic {
  /** Requests that are under way; event streams, which stay open, do not count. */
  open: Set<Request>
  begun: number
}

const trafficOf = new WeakMap<Page, Traffic>()

export function watchTraffic(page: Page): void {
  const traffic: Traffic = { open: new Set(), begun: 0 }
  trafficOf.set(page, traffic)
  page.on('request', (request) => {
    // Nobody waits any more for what the document before has asked.
    if (request.isNavigationRequest()) traffic.open.clear()
    if (request.headers().accept?.includes('event-stream')) return
    traffic.open.add(request)
    traffic.begun += 1
  })
  page.on('requestfinished', (request) => traffic.open.delete(request))
  page.on('requestfailed', (request) => traffic.open.delete(request))
}

/** Waits until every request of the page is answered, and what came of it is drawn. */
export async function settled(page: Page): Promise<void> {
  const traffic = trafficOf.get(page)
  if (!traffic) throw new Error('nobody watches the requests of this page')
  const end = Date.now() + LONGEST_MS
  for (let begun = -1; begun !== traffic.begun || traffic.open.size > 0; ) {
    if (Date.now() > end) throw new Error(`no answer to ${[...traffic.open].map((request) => request.url()).join(', ')}`)
    begun = traffic.begun
    // A page that is left meanwhile draws nothing; the next one is a new request.
    await page.evaluate(twoFrames).catch(() => undefined)
  }
}

/** Runs in the page: what changes in a frame is drawn before the second next one. */
const twoFrames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
