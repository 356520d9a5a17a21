import { DIGIT_KEYS, LETTER_KEYS } from './plateNumbers'

const CHARACTERS = new Set([...DIGIT_KEYS, ...LETTER_KEYS])

/** The on-screen key for a physical key press; null for other keys, shortcuts and typing in a field. */
export function keyOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  if (isTypedInto(event.target)) return null
  if (event.key === 'Backspace') return 'backspace'
  const character = event.key.length === 1 ? event.key.toUpperCase() : ''
  return CHARACTERS.has(character) ? character : null
}

/** I and O are on no plate, because they look like 1 and 0. */
export function isUnusedLetter(event: KeyboardEvent): boolean {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !isTypedInto(event.target)
  return isPlain && /^[io]$/i.test(event.key)
}

function isTypedInto(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox'
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
}
