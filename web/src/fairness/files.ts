import { bytesOf, fromHex, hexOf, inflate, joined, sha256, type Bytes } from './hashes'
import type { Segment } from './pool'

/** What does not agree; the page has a sentence for each. */
export type Flaw =
  | 'files' | 'digest' | 'commitment' | 'promised' | 'unlisted' | 'nonce' | 'kept'
  | 'chain' | 'bitmap' | 'state' | 'lines' | 'pick' | 'shares' | 'numbers' | 'skipped'

export class Wrong extends Error {
  constructor(readonly flaw: Flaw) {
    super(flaw)
  }
}

export function check(isRight: boolean, flaw: Flaw): void {
  if (!isRight) throw new Wrong(flaw)
}

/** The published files of one day by their names. */
export type DayFiles = Map<string, Bytes>

export interface Day {
  day: string
  commitment: string
  secret: string
}

type Place = [prefix: string, epoch: number, seq: number]

export interface DrawRow {
  draw_id: string
  nonce: string
  nonce_by: 'client' | 'server'
  without_four: boolean
  numbers: string[]
  rounds: { want: number; picks: Place[]; levels?: [...Place, free: number, hidden: number][] }[]
  skipped?: Record<string, number | null>
  link?: string
  draws_left?: number
}

export interface PickLine {
  op: 'pick'
  e: number
  s: number
  draw: string
  round: number
  want: number
  /** 0 for a draw without the digit 4. */
  four: number
  p?: number[]
  skip?: number[]
}

type Claims = Record<string, number[] | Record<string, never>>

export type Line = PickLine | {
  op: 'settle' | 'free' | 'open' | 'install' | 'checkpoint'
  e: number
  s: number
  p?: number[]
  claims?: Claims
  segments?: Segment[]
  free?: string
  of?: number
}

export interface LogHead {
  prefix: string
  base: { epoch: number; seq: number; free: string }
  chain: string
}

const decoder = new TextDecoder()

export function textOf(files: DayFiles, name: string): string {
  const content = files.get(name)
  if (!content) throw new Wrong('files')
  return decoder.decode(content)
}

export const linesOf = <T>(text: string): T[] => text.trimEnd().split('\n').filter(Boolean).map((line) => JSON.parse(line) as T)

/** The head and the lines of a log, after its chain of digests was found whole. */
export async function readLog(files: DayFiles, name: string): Promise<{ head: LogHead; lines: Line[] }> {
  const [head, ...entries] = linesOf<LogHead & { h: string; l: string }>(textOf(files, name))
  if (!head) throw new Wrong('files')
  let chain = fromHex(head.chain)
  for (const { h, l } of entries) {
    chain = await sha256(joined(chain, bytesOf(l)))
    check(hexOf(chain) === h, 'chain')
  }
  return { head, lines: entries.map(({ l }) => JSON.parse(l) as Line) }
}

export async function readBitmap(files: DayFiles, digest: string): Promise<Bytes> {
  const content = files.get(`bitmap-${digest}.z`)
  if (!content) throw new Wrong('files')
  const bitmap = await inflate(content)
  check(hexOf(await sha256(bitmap)) === digest, 'bitmap')
  return bitmap
}

export const claimedBy = (line: Line): number[] =>
  'claims' in line ? Object.values(line.claims ?? {}).flatMap((positions) => Object.values(positions)) : []
