import { blockOf, type Bytes } from './hashes'
import { FreeNumbers, holdsFour, LEVELS } from './pool'
import type { PickLine } from './files'

const HALF_WORDS = 2n ** 31n
const WORDS_IN_BLOCK = 16

/** One row of random words; a word that would cause bias is replaced by the next spare one. */
class Row {
  private readonly blocks = new Map<number, DataView>()
  private spare = LEVELS

  constructor(
    private readonly seed: Bytes,
    private readonly row: number,
  ) {}

  async below(level: number, sides: number): Promise<number> {
    for (let place = level; ; place = ++this.spare) {
      const product = BigInt((await this.word(place)) >>> 1) * BigInt(sides)
      if (product % HALF_WORDS >= HALF_WORDS % BigInt(sides)) return Number(product / HALF_WORDS)
    }
  }

  private async word(place: number): Promise<number> {
    const number = Math.floor(place / WORDS_IN_BLOCK)
    const block = this.blocks.get(number) ?? (await blockOf(this.seed, this.row, number))
    this.blocks.set(number, block)
    return block.getUint32((place % WORDS_IN_BLOCK) * 4)
  }
}

/** Removes the number that this row picks. */
async function take(free: FreeNumbers, row: Row): Promise<number> {
  let node = 1
  for (let level = 0; level < LEVELS; level++) {
    const isRight = (await row.below(level, free.count(node))) >= free.count(2 * node)
    node = 2 * node + (isRight ? 1 : 0)
  }
  const here = free.positionsIn(node)
  const position = here[await row.below(LEVELS, here.length)]
  if (position === undefined) throw new RangeError('nothing is free here')
  free.put([position], false)
  return position
}

/** What a draw must pick at this line, and the hidden numbers that it meets. */
export async function pick(free: FreeNumbers, line: PickLine, seed: Bytes): Promise<{ chosen: number[]; met: number[] }> {
  const hidden = new Set(line.skip ?? [])
  const chosen: number[] = []
  const met: number[] = []
  let rows = 0
  const choose = async (tree: FreeNumbers, mostFours: number): Promise<number[]> => {
    const fours: number[] = []
    while (chosen.length < line.want && tree.total > 0 && fours.length < mostFours) {
      const position = await take(tree, new Row(seed, rows++))
      if (line.four === 0 && holdsFour(position)) fours.push(position)
      else if (hidden.has(position)) met.push(position)
      else chosen.push(position)
    }
    return fours
  }
  const fours = await choose(free, 3 * line.want)
  const areLeft = free.total > 0
  free.put([...fours, ...met], true)
  if (line.four === 0 && chosen.length < line.want && areLeft) {
    const few = free.withoutFour()
    few.put(met, false)
    await choose(few, 1)
  }
  return { chosen, met }
}

/** The prefix of each number where a draw was over several prefixes; `usable` are their free numbers. */
export async function sharesOf(usable: Map<string, number>, wanted: number, seed: Bytes): Promise<string[]> {
  const shares: string[] = []
  const sum = () => [...usable.values()].reduce((total, numbers) => total + numbers, 0)
  const most = Math.min(wanted, sum())
  for (let row = 0; row < most; row++) {
    let rank = await rankOf(seed, row, BigInt(sum()))
    for (const [prefix, numbers] of usable) {
      if (rank < numbers) {
        shares.push(prefix)
        usable.set(prefix, numbers - 1)
        break
      }
      rank -= numbers
    }
  }
  return shares
}

async function rankOf(seed: Bytes, row: number, total: bigint): Promise<number> {
  for (let block = 0; ; block++) {
    const product = (await blockOf(seed, row, block)).getBigUint64(0) * total
    if (product % 2n ** 64n >= 2n ** 64n % total) return Number(product >> 64n)
  }
}
