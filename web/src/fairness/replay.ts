import { claimedBy, check, readBitmap, readLog, type DayFiles, type DrawRow, type Line, type LogHead } from './files'
import { hexOf, seedOf, sha256, type Bytes } from './hashes'
import { FreeNumbers } from './pool'
import { pick } from './picks'

const placeOf = (epoch: number, seq: number) => `${epoch}-${seq}`

/** Replays the log of one prefix, and picks again wherever the draw in question picked. */
export class PrefixLog {
  /** The lines by epoch and number. */
  readonly lines = new Map<string, Line>()
  /** How many numbers the draw could pick after each of the lines that it names. */
  private readonly levels = new Map<string, number>()
  readonly claimed = new Set<number>()
  private free = new FreeNumbers(new Uint8Array())

  private constructor(
    private readonly files: DayFiles,
    private readonly head: LogHead,
    private readonly entries: Line[],
  ) {}

  static async read(files: DayFiles, name: string): Promise<PrefixLog> {
    const { head, lines } = await readLog(files, name)
    return new PrefixLog(files, head, lines)
  }

  get prefix(): string {
    return this.head.prefix
  }

  line(epoch: number, seq: number): Line | undefined {
    return this.lines.get(placeOf(epoch, seq))
  }

  async replay(draw: DrawRow, secret: Bytes): Promise<void> {
    const { base } = this.head
    const wanted = new Set(
      draw.rounds.flatMap(({ levels = [] }) => levels.filter(([prefix]) => prefix === this.prefix).map(([, e, s]) => placeOf(e, s))),
    )
    const stated = new Map(this.entries.flatMap((line) => (line.op === 'checkpoint' ? [[placeOf(line.e, line.of ?? 0), line.free]] : [])))
    this.free = new FreeNumbers(await readBitmap(this.files, base.free))
    let last = { e: base.epoch, s: base.seq }
    const note = (place: string) => wanted.has(place) && this.levels.set(place, this.usable(draw.without_four))
    note(placeOf(last.e, last.s))
    for (const line of this.entries) {
      const begins = line.op === 'install' && line.e > last.e && line.s === 1
      check(begins || (line.e === last.e && line.s === last.s + 1), 'lines')
      await this.apply(line, draw, secret)
      last = line
      const here = placeOf(line.e, line.s)
      this.lines.set(here, line)
      note(here)
      const digest = stated.get(here)
      if (digest) check(hexOf(await sha256(this.free.bitmap)) === digest, 'state')
    }
  }

  private async apply(line: Line, draw: DrawRow, secret: Bytes): Promise<void> {
    const claimed = claimedBy(line)
    if (line.op === 'pick' && line.draw === draw.draw_id) {
      const { chosen, met } = await pick(this.free, line, await seedOf(secret, draw, this.prefix, line.round))
      const isSame = String(chosen) === String(line.p ?? []) && String(met) === String(line.skip ?? [])
      check(isSame && draw.without_four === (line.four === 0), 'pick')
    } else if (line.op === 'install') {
      this.free = new FreeNumbers(await readBitmap(this.files, line.free ?? ''))
    } else if (line.op === 'open') {
      this.free.open(line.segments ?? [])
    }
    this.free.put(claimed, false)
    this.free.put(line.p ?? [], line.op !== 'pick')
    for (const position of claimed) this.claimed.add(position)
  }

  private usable(withoutFour: boolean): number {
    return withoutFour ? this.free.withoutFour().total : this.free.total
  }

  level(epoch: number, seq: number): number | undefined {
    return this.levels.get(placeOf(epoch, seq))
  }
}
