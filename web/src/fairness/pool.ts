/** The numbers of a prefix as the published files count them: positions, templates, and the set of free ones. */
const PATTERNS = ['DDDDD', 'LDDDD', 'LLDDD', 'DLDDD', 'DDLDD', 'DDDLD', 'DDDDL', 'LDDDL', 'DDDLL', 'LDLDD']
const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const CLASSES: Record<string, string> = { '!': DIGITS, '@': LETTERS, '*': DIGITS + LETTERS, n: DIGITS.replace('4', '') + LETTERS }

export const POOL_BYTES = 450_500
export const WITHOUT_FOUR = 'nnnnn'
export const LEVELS = 14
const LEAF_BYTES = 32
const LEAVES = 2 ** LEVELS

export interface Segment {
  template: string
  /** An empty list of the log's writer is an empty object. */
  excluded: string[] | Record<string, never>
}

const alphabet = (kind: string) => (kind === 'D' ? DIGITS : LETTERS)
const sizeOf = (pattern: string) => [...pattern].reduce((size, kind) => size * alphabet(kind).length, 1)
const admits = (template: string, place: number, character: string) => {
  const key = template[place] ?? ''
  return (CLASSES[key] ?? key).includes(character)
}

export function serialAt(position: number): string {
  let left = position
  for (const pattern of PATTERNS) {
    const size = sizeOf(pattern)
    if (left < size) {
      let text = ''
      for (const kind of [...pattern].toReversed()) {
        const from = alphabet(kind)
        text = `${from[left % from.length]}${text}`
        left = Math.floor(left / from.length)
      }
      return text
    }
    left -= size
  }
  throw new RangeError('a position outside the pool')
}

export const holdsFour = (position: number) => serialAt(position).includes('4')

/** Calls `visit` with the position of each number that the template admits and no excluded template does. */
export function eachMatching(template: string, excluded: readonly string[], visit: (position: number) => void): void {
  let offset = 0
  const isExcluded = (text: string) =>
    excluded.some((other) => [...text].every((character, place) => admits(other, place, character)))
  const walk = (pattern: string, place: number, position: number, text: string) => {
    if (place === pattern.length) {
      if (!isExcluded(text)) visit(offset + position)
      return
    }
    const from = alphabet(pattern[place] ?? '')
    for (let index = 0; index < from.length; index++) {
      const character = from[index] ?? ''
      if (admits(template, place, character)) walk(pattern, place + 1, position * from.length + index, text + character)
    }
  }
  for (const pattern of PATTERNS) {
    walk(pattern, 0, 0, '')
    offset += sizeOf(pattern)
  }
}

const bitsOf = (byte: number) => {
  let bits = 0
  for (let rest = byte; rest; rest &= rest - 1) bits++
  return bits
}

/** A bitmap of free numbers, and a tree that counts the set bits of its halves down to 32 bytes. */
export class FreeNumbers {
  readonly bits: Uint8Array<ArrayBuffer>
  readonly counts = new Int32Array(2 * LEAVES)

  constructor(bitmap: Uint8Array) {
    this.bits = new Uint8Array(LEAVES * LEAF_BYTES)
    this.bits.set(bitmap.subarray(0, POOL_BYTES))
    for (let byte = 0; byte < POOL_BYTES; byte++) {
      const leaf = LEAVES + Math.floor(byte / LEAF_BYTES)
      this.counts[leaf] = (this.counts[leaf] ?? 0) + bitsOf(this.bits[byte] ?? 0)
    }
    for (let node = LEAVES - 1; node > 0; node--) this.counts[node] = this.count(2 * node) + this.count(2 * node + 1)
  }

  get bitmap(): Uint8Array<ArrayBuffer> {
    return this.bits.slice(0, POOL_BYTES)
  }

  get total(): number {
    return this.count(1)
  }

  count(node: number): number {
    return this.counts[node] ?? 0
  }

  has(position: number): boolean {
    return ((this.bits[position >> 3] ?? 0) & (0x80 >> (position & 7))) !== 0
  }

  put(positions: readonly number[], isFree: boolean): void {
    for (const position of positions) {
      if (this.has(position) === isFree) continue
      const byte = position >> 3
      this.bits[byte] = (this.bits[byte] ?? 0) ^ (0x80 >> (position & 7))
      for (let node = LEAVES + Math.floor(byte / LEAF_BYTES); node; node >>= 1) {
        this.counts[node] = this.count(node) + (isFree ? 1 : -1)
      }
    }
  }

  open(segments: readonly Segment[]): void {
    for (const { template, excluded } of segments) {
      eachMatching(template, Object.values(excluded), (position) => this.put([position], true))
    }
  }

  /** The free numbers without a 4. */
  withoutFour(): FreeNumbers {
    const few = new FreeNumbers(new Uint8Array(POOL_BYTES))
    eachMatching(WITHOUT_FOUR, [], (position) => {
      if (this.has(position)) few.put([position], true)
    })
    return few
  }

  /** The set bits of a leaf, whose node this is, as positions. */
  positionsIn(leaf: number): number[] {
    const first = (leaf - LEAVES) * LEAF_BYTES * 8
    return Array.from({ length: LEAF_BYTES * 8 }, (_, place) => first + place).filter((position) => this.has(position))
  }
}
