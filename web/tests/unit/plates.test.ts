import { expect, test } from 'vitest'
import { DIGIT_KEYS, isWholeSerial, LETTER_KEYS, serialOf, spellOut } from '@/plates/plateNumbers'
import { glyphOf } from '@/plates/glyphs'
import { isPlausibleVin } from '@/plates/vehicleIdentifiers'
import { keyOf } from '@/plates/physicalKeys'

const VALID = '粤B12345 粤BA1234 粤BAB123 粤B1A234 粤B12A34 粤B123A4 粤B1234A 粤BA123B 粤B123AB 粤BA1B23'.split(' ')
const INVALID = '粤BI2345 粤BO1234 粤BABC12 粤B1A2B3 粤B1234'.split(' ')

test.each(VALID)('%s is whole', (number) => expect(isWholeSerial(serialOf(number))).toBe(true))
test.each(INVALID)('%s is not', (number) => expect(isWholeSerial(serialOf(number))).toBe(false))

test('the keyboard has 34 characters, without I and O', () => {
  const keys = [...DIGIT_KEYS, ...LETTER_KEYS]
  expect(new Set(keys).size).toBe(34)
  expect(keys).not.toContain('I')
  expect(keys).not.toContain('O')
})

test('a screen reader gets every character by itself', () => {
  expect(spellOut('粤BA1234')).toBe('粤 B A 1 2 3 4')
})

test.each(['LSVAA49J132047371', 'LGXCE6CB5K0000001', 'LFV2A21K8A3000001', '1M8GDM9A0KP042788'])('VIN %s passes', (vin) =>
  expect(isPlausibleVin(vin)).toBe(true),
)
test.each(['LFV2A21K5A3000001', 'LSVAA49J13204737', 'LSVAA49J13204737I', 'lsvaa49j132047371'])('VIN %s does not', (vin) =>
  expect(isPlausibleVin(vin)).toBe(false),
)

test('physical keys stand for on-screen keys, shortcuts and other keys for none', () => {
  const key = (name: string, more: KeyboardEventInit = {}) => keyOf(new KeyboardEvent('keydown', { key: name, ...more }))
  expect(['a', 'Z', '4', 'Backspace'].map((name) => key(name))).toEqual(['A', 'Z', '4', 'backspace'])
  expect([key('i'), key('o'), key('Enter'), key('v', { ctrlKey: true }), key('粤')]).toEqual([null, null, null, null, null])
})

test('each of the 34 characters of a plate has its own strokes', () => {
  const paths = [...DIGIT_KEYS, ...LETTER_KEYS].map((character) => glyphOf(character)?.path)
  expect(new Set(paths).size).toBe(34)
  expect(paths).not.toContain(undefined)
  expect([glyphOf('粤'), glyphOf('I'), glyphOf('O')]).toEqual([null, null, null])
})
