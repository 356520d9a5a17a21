// The applicant's first screen must load in under 100 KB compressed: the page, its entry chunk and everything it imports.
// The operators' first screen, with its charts, and the clerks', without the reader of codes, must load in under 350 KB.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const LIMITS = {
  'index.html': 100 * 1024,
  'src/screens/staff/OverviewScreen.vue': 350 * 1024,
  'src/screens/DeskScreen.vue': 350 * 1024,
}
const DIST = 'dist'

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'))

function collect(key, files) {
  const chunk = manifest[key]
  if (files.has(chunk.file)) return
  files.add(chunk.file)
  for (const asset of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(asset)
  for (const imported of chunk.imports ?? []) collect(imported, files)
}

for (const [screen, limit] of Object.entries(LIMITS)) {
  const files = new Set(['index.html', 'favicon.svg'])
  for (const key of new Set(['index.html', screen])) collect(key, files)
  // The larger of the two forms in which the files are served.
  const sizes = [...files].map((file) => [file, statSync(join(DIST, `${file}.gz`)).size])
  const total = sizes.reduce((sum, [, size]) => sum + size, 0)
  for (const [file, size] of sizes) console.log(`${String(size).padStart(8)}  ${file}`)
  console.log(`${String(total).padStart(8)}  first load of ${screen}, of ${limit} allowed`)
  if (total > limit) process.exitCode = 1
}
