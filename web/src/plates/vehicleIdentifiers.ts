/** First checks of an applicant's input, so that typing errors are shown before an SMS is sent. The server decides. */
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
const LETTER_VALUES = Object.fromEntries([...'ABCDEFGH'].map((letter, i) => [letter, i + 1]))
Object.assign(LETTER_VALUES, { J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9 })
Object.assign(LETTER_VALUES, Object.fromEntries([...'STUVWXYZ'].map((letter, i) => [letter, i + 2])))

export function isVinForm(vin: string): boolean {
  return /^[A-HJ-NPR-Z0-9]{17}$/.test(vin)
}

/** The check character at position 9 (GB 16735); binding only for numbers that begin with L. */
export function hasRightVinCheck(vin: string): boolean {
  const sum = [...vin].reduce((total, c, i) => total + (LETTER_VALUES[c] ?? Number(c)) * (WEIGHTS[i] ?? 0), 0)
  const rest = sum % 11
  return vin[8] === (rest === 10 ? 'X' : String(rest))
}

export function isPlausibleVin(vin: string): boolean {
  return isVinForm(vin) && (!vin.startsWith('L') || hasRightVinCheck(vin))
}

export function isCodeForm(code: string): boolean {
  return /^\d{4,8}$/.test(code)
}
