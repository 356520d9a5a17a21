export const LARGEST_FILE = 2_000_000
const KINDS = /\.(pdf|jpe?g|png)$/i
const CHUNK = 0x8000

export type FileFlaw = 'tooLarge' | 'wrongKind'

/** What is wrong with a file before it is sent; the server looks at its content. */
export function flawOf(file: File): FileFlaw | null {
  if (!KINDS.test(file.name)) return 'wrongKind'
  return file.size > LARGEST_FILE ? 'tooLarge' : null
}

export async function inBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const parts: string[] = []
  for (let start = 0; start < bytes.length; start += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(start, start + CHUNK)))
  return btoa(parts.join(''))
}
