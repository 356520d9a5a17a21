/** The hashes of the specification (`docs/fairness.md`), all by WebCrypto. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
export const bytesOf = (text: string): Bytes => encoder.encode(text)

export function hexOf(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex(digits: string): Bytes {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let place = 0
  for (const part of parts) {
    whole.set(part, place)
    place += part.length
  }
  return whole
}

export const sha256 = async (content: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest('SHA-256', content))

export async function inflate(content: Bytes): Promise<Bytes> {
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** The seed of one part and round of a draw. */
export async function seedOf(secret: Bytes, draw: { draw_id: string; nonce: string }, part: string, round: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const text = bytesOf(`${draw.draw_id}\n${draw.nonce}\n${part}\n${round}\n`)
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, text))
}

/** Sixteen words of a row. */
export async function blockOf(seed: Bytes, row: number, block: number): Promise<DataView> {
  const place = new DataView(new ArrayBuffer(8))
  place.setUint32(0, row)
  place.setUint32(4, block)
  return new DataView(await crypto.subtle.digest('SHA-512', joined(seed, new Uint8Array(place.buffer))))
}
