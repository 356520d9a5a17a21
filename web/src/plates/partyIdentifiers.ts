/** Identity numbers (GB 11643) and credit codes (GB 32100): typing errors are found before an SMS is spent. */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const ID_CHECKS = '10X98765432'
const CREDIT_CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

export function isResidentId(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text)) return false
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0)
  return ID_CHECKS[sum % 11] === text[17]
}

export function isCreditCode(text: string): boolean {
  if (text.length !== 18 || [...text].some((character) => !CREDIT_CHARACTERS.includes(character))) return false
  let weight = 1
  let sum = 0
  for (const character of text.slice(0, 17)) {
    sum += weight * CREDIT_CHARACTERS.indexOf(character)
    weight = (weight * 3) % 31
  }
  return CREDIT_CHARACTERS[(31 - (sum % 31)) % 31] === text[17]
}
