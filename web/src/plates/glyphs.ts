/**
 * Digits and letters of a plate as strokes in a box of 45 × 90, narrow and of one width as GA 36 draws them.
 * Drawn here, because a fallback font has a W that runs into its neighbours and a 0 that looks like a D.
 */
const ROUND = 'M20 5h5a15 15 0 0 1 15 15v50a15 15 0 0 1-15 15h-5a15 15 0 0 1-15-15V20a15 15 0 0 1 15-15z'
const OPEN = 'M40 28V20a15 15 0 0 0-15-15h-5a15 15 0 0 0-15 15v50a15 15 0 0 0 15 15h5a15 15 0 0 0 15-15'

const STROKES: Record<string, string> = {
  0: ROUND,
  1: 'M10 22L25 8V90',
  2: 'M5 27v-7a15 15 0 0 1 15-15h5a15 15 0 0 1 15 15c0 24-34 42-34 65h36',
  3: 'M5 24v-4a15 15 0 0 1 15-15h4a15 15 0 0 1 15 15v8a16 16 0 0 1-16 16h-6m6 0a17 17 0 0 1 17 17v9a15 15 0 0 1-15 15h-5a15 15 0 0 1-15-15v-5',
  4: 'M27 0L6 64h39M33 38v52',
  5: 'M39 5H9v37h13a18 18 0 0 1 18 18v7a18 18 0 0 1-18 18h-2a15 15 0 0 1-15-15v-4',
  6: 'M39 24v-4a15 15 0 0 0-15-15h-4a15 15 0 0 0-15 15v50a15 15 0 0 0 15 15h5a15 15 0 0 0 15-15V58a15 15 0 0 0-15-15h-5a15 15 0 0 0-15 15',
  7: 'M4 20V5h36L18 90',
  8: 'M20 5h5a14 14 0 0 1 14 14v11a14 14 0 0 1-14 14h-5a14 14 0 0 1-14-14V19a14 14 0 0 1 14-14zM20 44h5a15 15 0 0 1 15 15v11a15 15 0 0 1-15 15h-5a15 15 0 0 1-15-15V59a15 15 0 0 1 15-15z',
  9: 'M6 66v4a15 15 0 0 0 15 15h4a15 15 0 0 0 15-15V20a15 15 0 0 0-15-15h-5a15 15 0 0 0-15 15v12a15 15 0 0 0 15 15h5a15 15 0 0 0 15-15',
  A: 'M5 90L22.5 4 40 90M10 62h25',
  B: 'M5 0v85h20a15 20 0 0 0 0-40H5m19 0a14 20 0 0 0 0-40H0',
  C: `${OPEN}v-8`,
  D: 'M5 5v80h15a20 20 0 0 0 20-20V25a20 20 0 0 0-20-20z',
  E: 'M41 5H5v80h36M5 45h29',
  F: 'M41 5H5v85M5 46h29',
  G: `${OPEN}V50H23`,
  H: 'M5 0v90M40 0v90M5 45h35',
  J: 'M38 0v70a15 15 0 0 1-15 15h-3a15 15 0 0 1-15-15v-8',
  K: 'M5 0v90M41 0L8 56M19 38L42 90',
  L: 'M5 0v85h37',
  M: 'M4 90V4l18.5 56L41 4v86',
  N: 'M5 90V5l35 80V0',
  P: 'M5 90V5h19a16 21 0 0 1 0 42H5',
  Q: `${ROUND}M22 60L44 90`,
  R: 'M5 90V5h19a16 20 0 0 1 0 40H5m17 0l19 45',
  S: 'M40 26v-6a15 15 0 0 0-15-15h-5a15 15 0 0 0-15 15c0 28 35 22 35 50a15 15 0 0 1-15 15h-5a15 15 0 0 1-15-15v-6',
  T: 'M0 5h45M22.5 5v85',
  U: 'M5 0v70a15 15 0 0 0 15 15h5a15 15 0 0 0 15-15V0',
  V: 'M4 0l18.5 84L41 0',
  W: 'M3 0l9 84 10.5-58L33 84 42 0',
  X: 'M4 0l37 90M41 0L4 90',
  Y: 'M4 0l18.5 46L41 0M22.5 44v46',
  Z: 'M3 5h36L6 85h37',
}

const WIDTH = 10
// Four strokes in the width of two need thinner ones, or they run together.
const THIN: Record<string, number> = { M: 8, W: 6.5, N: 9 }

export interface Glyph {
  path: string
  width: number
}

/** The strokes of a digit or letter; null for a province's name, which every Chinese font has. */
export function glyphOf(character: string): Glyph | null {
  const path = STROKES[character]
  return path ? { path, width: THIN[character] ?? WIDTH } : null
}
