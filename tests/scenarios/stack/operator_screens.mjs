// Takes pictures of Temporal's UI. Standard input is JSON: {"folder", "ui", "shots": [{"name", "path", "await", "tab", "height", "acts"}]}.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const web = createRequire(new URL('../../../web/package.json', import.meta.url))
const { chromium } = web('playwright-core')
const KNOWN = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
// What an operator chooses once with the button at the foot of the list.
const COLUMNS = ['Status', 'Workflow ID', 'Stage', 'Office', 'Plate', 'Deadline']
const SETTLES_IN = 2500

async function launch() {
  const installed = KNOWN.find((path) => path && existsSync(path))
  if (installed) return chromium.launch({ executablePath: installed, args: FLAGS })
  const { default: packed } = await import(web.resolve('@sparticuz/chromium'))
  return chromium.launch({ executablePath: await packed.executablePath(), args: [...packed.args, ...FLAGS] })
}

const ACTS = {
  button: (page, name) => page.getByRole('button', { name }).first().click(),
  menu: (page, name) => page.getByRole('menuitem', { name }).first().click(),
  option: (page, name) => page.locator('dialog[open]').getByRole('option', { name }).first().click(),
  click: (page, selector) => page.locator(selector).click(),
  type: (page, selector, text) => page.locator(selector).first().fill(text),
  wheel: (page, pixels) => page.mouse.move(1345, 560).then(() => page.mouse.wheel(0, Number(pixels))),
}

const { folder, ui, shots } = JSON.parse(readFileSync(0, 'utf8'))
const browser = await launch()
const context = await browser.newContext({ viewport: { width: 1360, height: 720 }, timezoneId: 'Asia/Shanghai' })
await context.addInitScript((labels) => {
  const columns = { default: labels.map((label) => ({ label })) }
  localStorage.setItem('namespace-workflow-table-columns', JSON.stringify(columns))
}, COLUMNS)
for (const shot of shots) {
  const page = await context.newPage()
  if (shot.height) await page.setViewportSize({ width: 1360, height: shot.height })
  page.setDefaultTimeout(20_000)
  await page.goto(ui + shot.path)
  await page.getByText(shot.await).first().waitFor()
  if (shot.tab) await page.locator(`a[href*="/${shot.tab}"]`).first().click()
  for (const [act, ...words] of shot.acts ?? []) await ACTS[act](page, ...words)
  // The UI draws what it hears from the server, and announces nowhere that it has drawn all of it.
  await page.waitForTimeout(SETTLES_IN)
  await page.screenshot({ path: join(folder, `${shot.name}.png`) })
  await page.close()
}
await browser.close()
