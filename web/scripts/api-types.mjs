// Types from the service's OpenAPI document. `write` makes src/api/schema.ts anew, `check` fails when it differs.
// The document comes from the file or address in XUANHAO_OPENAPI, else from a running stack.
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

const types = HEADER + astToString(await openapiTS(await readDocument()))

if (process.argv[2] === 'write') {
  writeFileSync(TARGET, types)
} else if (readFileSync(TARGET, 'utf8') !== types) {
  console.error(`${TARGET} is not what the API publishes; run "npm run types" against it`)
  process.exitCode = 1
}
