/** Ordinary small-car numbers of GA 36-2018: the ten patterns of the five characters after the prefix. */
const PATTERNS = ['DDDDD', 'LDDDD', 'LLDDD', 'DLDDD', 'DDLDD', 'DDDLD', 'DDDDL', 'LDDDL', 'DDDLL', 'LDLDD']

export const DIGIT_KEYS = [...'1234567890']
/** The 24 letters of a plate, without I and O. */
export const LETTER_KEYS = [...'ABCDEFGHJKLMNPQRSTUVWXYZ']
export const SERIAL_LENGTH = 5

const SERIAL = new RegExp(`^(?:${PATTERNS.map(patternSource).join('|')})$`)

export function isWholeSerial(serial: string): boolean {
  return SERIAL.test(serial)
}

export function prefixOf(number: string): string {
  return number.slice(0, 2)
}

export function serialOf(number: string): string {
  return number.slice(2)
}

/** For screen readers: every character separately, the prefix as province and letter. */
export function spellOut(number: string): string {
  return [...number].join(' ')
}

/** As people write it: 「粤B·A1234」. */
export function spaced(number: string): string {
  return `${prefixOf(number)}·${serialOf(number)}`
}

function patternSource(pattern: string): string {
  return [...pattern].map((kind) => (kind === 'D' ? '[0-9]' : '[A-HJ-NP-Z]')).join('')
}
