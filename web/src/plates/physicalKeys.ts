import { DIGIT_KEYS, LETTER_KEYS } from './plateNumbers'

const CHARACTERS = new Set([...DIGIT_KEYS, ...LETTER_KEYS])

/** The on-screen key for a physical key press; null for other keys, shortcuts and typing in a field. */
export function keyOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  if (event.target instanceof HTMLInputElement && event.target.type !== 'radio') return null
  if (event.key === 'Backspace') return 'backspace'
  const character = event.key.length === 1 ? event.key.toUpperCase() : ''
  return CHARACTERS.has(character) ? character : null
}
