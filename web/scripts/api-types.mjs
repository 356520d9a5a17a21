// Types from the service's OpenAPI document. `write` writes src/api/schema.ts, `check` fails when it differs.
// The document comes from the file or URL in XUANHAO_OPENAPI, otherwise from a running stack.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const TARGET = 'src/api/schema.ts'
const HEADER = `/**
 * Generated from the service's OpenAPI document by \`npm run types\`; do not edit.
 */
`

const base = process.env.XUANHAO_BASE_URL ?? 'http://127.0.0.1:8000'
const source = process.env.XUANHAO_OPENAPI ?? `${base}/openapi.json`

async function readDocument() {
  if (!/^https?:/.test(source)) return JSON.parse(readFileSync(source, 'utf8'))
  const response = await fetch(source)
  if (!response.ok) throw new Error(`${source} answered ${response.status}`)
  return response.json()
}

/** Without the demo's calls, and the types that only they use, a demo and a production service have the same types. */
function withoutDemo(document) {
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => !path.startsWith('/api/v1/demo/')))
  const used = new Set()
  const follow = (part) => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      follow(document.components.schemas[name])
    }
  }
  follow(paths)
  const schemas = Object.fromEntries(Object.entries(document.components.schemas).filter(([name]) => used.has(name)))
  return { ...document, paths, components: { ...document.components, schemas } }
}

const types = HEADER + astToString(await openapiTS(withoutDemo(await readDocument()), { alphabetize: true }))

if (process.argv[2] === 'write') {
  writeFileSync(TARGET, types)
} else if (readFileSync(TARGET, 'utf8') !== types) {
  console.error(`${TARGET} is not what the API publishes; run "npm run types" against it`)
  process.exitCode = 1
}
