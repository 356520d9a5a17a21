import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Chromium lies that this machine can run. */
    chromium: string
  }
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

// The flags that the package of the packed one suggests are for a cloud function: one process, and the web's security off.
export const launch = (path: string, flags: string[] = []): Promise<Browser> => chromium.launch({ executablePath: path, args: [...FLAGS, ...flags] })

/** Before all journeys, once: without Chromium the run fails and says so; no journey is skipped silently. */
export default async function provideChromium(project: TestProject): Promise<void> {
  project.provide('chromium', await usableChromium())
}

async function usableChromium(): Promise<string> {
  const tried: string[] = []
  for (const find of [named, installed, packed]) {
    try {
      const path = await find()
      if (!path) continue
      await (await launch(path)).close()
      return path
    } catch (error) {
      tried.push(String(error))
    }
  }
  throw new Error(
    'No Chromium can be run, so the journeys can\'t be tested. Install one (Debian: chromium), or name one in CHROMIUM, or ' +
      `let npm install @sparticuz/chromium on x86-64. Tried: ${tried.join('\n') || 'nothing was found'}`,
  )
}

const named = () => process.env.CHROMIUM
const installed = () => INSTALLED.find((path) => existsSync(path))

/**
 * The one that a package carries. It would unpack itself to one place for all, where another run may find half of it. So each
 * run unpacks into its own folder, and the first that is done gives the folder its name.
 */
async function packed(): Promise<string> {
  const { default: carrier } = await import('@sparticuz/chromium')
  const { devDependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { devDependencies: Record<string, string> }
  const kept = join(tmpdir(), `xuanhao-chromium-${devDependencies['@sparticuz/chromium']}`)
  if (existsSync(kept)) return join(kept, 'chromium')
  const own = await mkdtemp(`${kept}.`)
  const usual = process.env.TMPDIR
  process.env.TMPDIR = own
  await carrier.executablePath()
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  await rename(own, kept).catch(() => rm(own, { recursive: true }))
  return join(kept, 'chromium')
}
