import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE, launchBrowser, theBrowser, visit } from './browser'
import { theClerkOf } from './demoWorld'
import { anApplicant } from './people'
import { reachCompleted, reachNotes } from './shortcuts'
import { signIn } from './steps'
import { photographVoucher } from './voucherScanner'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xuanhao-camera-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A Chromium whose camera shows this picture. */
const withCamera = (picture: string) =>
  launchBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${picture}`])

const openCamera = (page: Page) => page.getByRole('button', { name: '用摄像头扫描' })

test('a camera reads the voucher in a browser that has no reader, with ours, which is loaded only then', async () => {
  const user = await anApplicant()
  const reached = await reachNotes(user)
  const number = await reachCompleted(user, reached)
  const picture = join(folder, 'voucher.mjpeg')
  writeFileSync(picture, await photographVoucher(user.user, reached.id))
  const browser = await withCamera(picture)
  const { page, faults } = await visit(browser)
  const loaded: string[] = []
  page.on('request', (request) => loaded.push(request.url()))
  await page.goto(`${BASE}/desk`)
  await signIn(page, await theClerkOf(reached.office))
  await openCamera(page).waitFor()
  expect(await page.evaluate(() => 'BarcodeDetector' in globalThis)).toBe(false)
  expect(loaded.filter((url) => /zxing/i.test(url))).toEqual([])
  await openCamera(page).click()
  await page.getByTestId('reservation').getByRole('definition').getByText(number).waitFor()
  // The camera is given back.
  await openCamera(page).waitFor()
  expect(loaded.some((url) => url.endsWith('.wasm'))).toBe(true)
  expect(loaded.filter((url) => !url.startsWith(BASE))).toEqual([])
  expect(faults).toEqual([])
  await browser.close()
})

test('a clerk whose reader of codes does not load, or who has no camera, reads so and can type', async () => {
  const browser = await launchBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'])
  const { page, context } = await visit(browser)
  await page.goto(`${BASE}/desk`)
  await signIn(page, { user: 'clerk-440300', name: '', roles: [] })
  await openCamera(page).waitFor()
  await context.route('**/*.wasm', (route) => route.abort())
  await openCamera(page).click()
  await page.getByText('扫码程序未能加载').waitFor()
  await context.unroute('**/*.wasm')
  await openCamera(page).click()
  await page.getByRole('button', { name: '停止扫描' }).click()
  await browser.close()
  const { page: blind, context: without } = await visit(await theBrowser())
  await blind.goto(`${BASE}/desk`)
  await signIn(blind, { user: 'clerk-440300', name: '', roles: [] })
  await openCamera(blind).click()
  await blind.getByText('无法使用摄像头').waitFor()
  await without.close()
})
