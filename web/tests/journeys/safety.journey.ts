import { expect, test } from 'vitest'
import { BASE, theBrowser, visit } from './browser'
import { anApplicant } from './people'
import { showSelection } from './shortcuts'
import { enterVehicle } from './steps'

const browser = await theBrowser()

test('no inline script may run, and no token lies in the address or in any storage', async () => {
  const { page, context } = await visit(browser)
  const addresses: string[] = []
  page.on('framenavigated', (frame) => addresses.push(frame.url()))
  const response = await page.goto(BASE)
  const policy = response?.headers()['content-security-policy'] ?? ''
  expect(policy).toMatch(/script-src 'self'|default-src 'self'/)
  expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/)
  await enterVehicle(page, await anApplicant())
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))
  expect(stored).not.toMatch(/ey[\w-]{20,}\.|access_token|id_token/)
  expect(addresses.filter((address) => /access_token|id_token|ey[\w-]{20,}\./.test(address))).toEqual([])
  await context.close()
})

test('the first screen comes over the line in under 100 KB', async () => {
  const { page, context } = await visit(browser)
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  let received = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    received += encodedDataLength
  })
  await page.goto(BASE)
  await page.getByRole('button', { name: '提交信息' }).waitFor()
  await page.waitForLoadState('networkidle')
  process.stdout.write(`The first screen took ${received} bytes.\n`)
  expect(received).toBeGreaterThan(10 * 1024)
  expect(received).toBeLessThan(100 * 1024)
  await context.close()
})

test('a press on the plate keyboard is answered in under 100 ms', async () => {
  const { page, context } = await visit(browser)
  await showSelection(page, await anApplicant())
  await page.getByRole('tab', { name: '自编' }).click()
  const times: number[] = []
  // After the fifth press nothing is asked any more.
  for (let i = 0; i < 4; i++) {
    const key = page.locator('.keyboard:not([aria-busy="true"]) [data-key]:enabled').first()
    await key.waitFor()
    times.push(await page.evaluate(measurePress))
  }
  const [, , median] = times.toSorted((a, b) => a - b)
  process.stdout.write(`A press on the plate keyboard was answered in ${times.map(Math.round).join(', ')} ms.\n`)
  expect(median).toBeLessThan(100)
  await context.close()
})

/** Runs in the page: from the press until the next keys are known. */
function measurePress(): Promise<number> {
  const keyboard = document.querySelector('.keyboard')
  const key = keyboard?.querySelector<HTMLButtonElement>('[data-key]:enabled')
  if (!keyboard || !key) throw new Error('no key can be pressed')
  return new Promise((resolve) => {
    const begun = performance.now()
    const observer = new MutationObserver(() => {
      if (keyboard.getAttribute('aria-busy') === 'true') return
      observer.disconnect()
      resolve(performance.now() - begun)
    })
    observer.observe(keyboard, { attributes: true, attributeFilter: ['aria-busy'] })
    key.click()
  })
}

test('without a network the page says what cannot be done, and nothing else is kept', async () => {
  const { page, context } = await visit(browser)
  await page.goto(BASE)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await context.setOffline(true)
  await page.goto(`${BASE}/preselections`)
  await page.getByRole('heading', { name: '没有网络' }).waitFor()
  expect(await page.evaluate(async () => (await caches.keys()).length)).toBe(1)
  await context.setOffline(false)
  const manifest = await page.request.get(`${BASE}/manifest.json`)
  expect(((await manifest.json()) as { display: string }).display).toBe('standalone')
  await context.close()
})
