// Length limits: a Vue file has at most 200 lines, any other source file at most 300.
import { readFileSync, readdirSync } from 'node:fs'
import { join, extname } from 'node:path'

const LIMITS = { '.vue': 200, '.ts': 300, '.mjs': 300, '.css': 300 }
// Word lists and generated types grow with the service; they hold no logic.
const EXEMPT = [/src\/i18n\/(zh-CN|zh-TW|en)\.ts$/, /src\/api\/schema\.ts$/]

const files = ['src', 'tests', 'scripts'].flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
)
const tooLong = files
  .filter((file) => extname(file) in LIMITS && !EXEMPT.some((pattern) => pattern.test(file)))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').trimEnd().split('\n').length }))
  .filter(({ file, lines }) => lines > LIMITS[extname(file)])

for (const { file, lines } of tooLong) console.error(`${file}: ${lines} lines`)
process.exitCode = tooLong.length > 0 ? 1 : 0
