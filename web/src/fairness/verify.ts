import { check, linesOf, textOf, Wrong, type Day, type DayFiles, type DrawRow, type PickLine } from './files'
import { bytesOf, fromHex, hexOf, seedOf, sha256, type Bytes } from './hashes'
import type { KeptDraw } from './kept'
import { sharesOf } from './picks'
import { serialAt } from './pool'
import { PrefixLog } from './replay'

const digestOf = async (text: string) => hexOf(await sha256(bytesOf(text)))

/** Replays one's own draw from the published files alone. Throws `Wrong` at the first thing that does not agree. */
export async function verifyDraw(files: DayFiles, kept: KeptDraw): Promise<void> {
  const day = JSON.parse(textOf(files, 'day.json')) as Day
  check((await digestOf(`xuanhao day\n${day.day}\n${day.secret}\n`)) === day.commitment, 'commitment')
  // The commitment that this browser saw on the day of the draw, while the secret was secret.
  check(kept.commitment === undefined || kept.commitment === day.commitment, 'promised')
  const draws = new Map(linesOf<DrawRow>(textOf(files, 'draws.jsonl')).map((draw) => [draw.draw_id, draw]))
  const draw = draws.get(kept.draw_id)
  if (!draw) throw new Wrong('unlisted')
  check(draw.nonce === kept.nonce, 'nonce')
  check(String(draw.numbers) === String(kept.numbers), 'kept')
  const secret = fromHex(day.secret)
  const logs = await replayedLogs(files, draw, secret)
  await compare(draw, secret, logs)
  await checkSkipped(draw, draws)
}

async function replayedLogs(files: DayFiles, draw: DrawRow, secret: Bytes): Promise<Map<string, PrefixLog>> {
  const named = new Set(draw.rounds.flatMap(({ picks, levels = [] }) => [...picks, ...levels].map(([prefix]) => prefix)))
  const logs = new Map<string, PrefixLog>()
  for (const prefix of named) {
    const code = `${prefix.codePointAt(0)?.toString(16)}${prefix.slice(1)}`
    const log = await PrefixLog.read(files, `log-${code}.jsonl`)
    check(log.prefix === prefix, 'files')
    await log.replay(draw, secret)
    logs.set(prefix, log)
  }
  return logs
}

/** The lines of a round's picks, each of this draw. */
function pickLines(draw: DrawRow, number: number, logs: Map<string, PrefixLog>): Map<string, PickLine> {
  const found = new Map<string, PickLine>()
  for (const [prefix, epoch, seq] of draw.rounds[number]?.picks ?? []) {
    const line = logs.get(prefix)?.line(epoch, seq)
    if (line?.op !== 'pick' || line.draw !== draw.draw_id || line.round !== number) throw new Wrong('numbers')
    found.set(prefix, line)
  }
  return found
}

async function roundShares(draw: DrawRow, number: number, secret: Bytes, logs: Map<string, PrefixLog>): Promise<string[] | null> {
  const { levels, want } = draw.rounds[number] ?? { want: 0 }
  if (!levels) return null
  const usable = new Map<string, number>()
  for (const [prefix, epoch, seq, free, hidden] of levels) {
    check(logs.get(prefix)?.level(epoch, seq) === free, 'shares')
    usable.set(prefix, free - hidden)
  }
  return sharesOf(usable, want, await seedOf(secret, draw, 'office', number))
}

/** Compares the numbers that were picked with those that were offered. */
async function compare(draw: DrawRow, secret: Bytes, logs: Map<string, PrefixLog>): Promise<void> {
  const shown: string[] = []
  const passed = new Set<string>()
  for (const [number, { want }] of draw.rounds.entries()) {
    const lines = pickLines(draw, number, logs)
    const found = await roundShares(draw, number, secret, logs)
    const shares = found ?? [...lines.keys()].flatMap((prefix) => Array<string>(want).fill(prefix))
    check([...new Set(shares)].every((prefix) => lines.has(prefix)), 'shares')
    for (const [prefix, line] of lines) {
      check(shares.filter((share) => share === prefix).length === line.want, 'shares')
      for (const position of line.skip ?? []) passed.add(prefix + serialAt(position))
    }
    const left = new Map([...lines].map(([prefix, line]) => [prefix, [...(line.p ?? [])]]))
    for (const prefix of shares) {
      const position = left.get(prefix)?.shift()
      if (position === undefined) continue
      const plate = prefix + serialAt(position)
      // A picked number that is not shown had been claimed by somebody, and the log says so.
      if (draw.numbers.includes(plate)) shown.push(plate)
      else check(logs.get(prefix)?.claimed.has(position) ?? false, 'numbers')
    }
  }
  check(String(shown) === String(draw.numbers), 'numbers')
  check(String([...passed].toSorted()) === String(Object.keys(draw.skipped ?? {}).toSorted()), 'skipped')
}

/** Each number that was passed over had been offered to the same vehicle, where that was on the same day. */
async function checkSkipped(draw: DrawRow, draws: Map<string, DrawRow>): Promise<void> {
  const idOf = async (left: number | undefined) => (await digestOf(`xuanhao draw\n${draw.link}\n${left}\n`)).slice(0, 32)
  for (const [plate, drawsLeft] of Object.entries(draw.skipped ?? {})) {
    if (drawsLeft === null) continue
    const isProved = (await idOf(draw.draws_left)) === draw.draw_id && draws.get(await idOf(drawsLeft))?.numbers.includes(plate)
    check(isProved ?? false, 'skipped')
  }
}
