import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { linesOf, textOf, Wrong, type DayFiles, type DrawRow } from '@/fairness/files'
import { bytesOf, hexOf, sha256 } from '@/fairness/hashes'
import type { KeptDraw } from '@/fairness/kept'
import { verifyDraw } from '@/fairness/verify'

// A real day of the service; tests/fairness/test_recorded_day.py checks the same files with the other checker.
const recorded = JSON.parse(readFileSync('tests/fairness-day.json', 'utf8')) as { own: KeptDraw[]; files: Record<string, string> }

const theDay = (): DayFiles =>
  new Map(Object.entries(recorded.files).map(([name, content]) => [name, Uint8Array.from(Buffer.from(content, 'base64'))]))

async function flawOf(files: DayFiles, kept: KeptDraw): Promise<string | null> {
  try {
    await verifyDraw(files, kept)
    return null
  } catch (error) {
    if (error instanceof Wrong) return error.flaw
    throw error
  }
}

function changed(name: string, change: (text: string) => string): DayFiles {
  const files = theDay()
  const text = textOf(files, name)
  expect(change(text)).not.toBe(text)
  return files.set(name, bytesOf(change(text)))
}

const [first] = recorded.own as [KeptDraw]
const skipping = linesOf<DrawRow>(textOf(theDay(), 'draws.jsonl')).find(({ skipped }) => skipped)
const passedOver = recorded.own.find(({ draw_id }) => draw_id === skipping?.draw_id) as KeptDraw

test('every own draw of a real day is replayed: several prefixes, without a 4, a small pool, numbers passed over', async () => {
  expect(recorded.own).toHaveLength(8)
  for (const kept of recorded.own) expect([kept.draw_id, await flawOf(theDay(), kept)]).toEqual([kept.draw_id, null])
})

test('each change of a file is found', async () => {
  const own = (text: string, change: (draw: DrawRow) => void) =>
    linesOf<DrawRow>(text)
      .map((draw) => {
        if (draw.draw_id === first.draw_id) change(draw)
        return JSON.stringify(draw)
      })
      .join('\n')
  const otherNumber = (draw: DrawRow) => draw.numbers.splice(0, 1, '粤BA0000')
  const draws = (change: (draw: DrawRow) => void) => changed('draws.jsonl', (text) => own(text, change))
  const lying = draws(otherNumber)
  const flaws = {
    secret: await flawOf(changed('day.json', (text) => text.replace(/"secret":"./, '"secret":"z')), first),
    promised: await flawOf(theDay(), { ...first, commitment: '0'.repeat(64) }),
    unlisted: await flawOf(theDay(), { ...first, draw_id: '0'.repeat(32) }),
    nonce: await flawOf(draws((draw) => Object.assign(draw, { nonce: 'another-nonce-of-somebody' })), first),
    kept: await flawOf(lying, first),
    // Who was shown the wrong number too still finds that it does not follow.
    numbers: await flawOf(lying, { ...first, numbers: ['粤BA0000', ...first.numbers.slice(1)] }),
    line: await flawOf(changed('log-7ca4B.jsonl', (text) => text.replace(/\n.*issued.*\n/, '\n')), first),
    log: await flawOf(changed('log-7ca4B.jsonl', (text) => text.replace('108617', '108618')), first),
    missing: await flawOf(new Map([...theDay()].filter(([name]) => !name.startsWith('bitmap-'))), first),
    skipped: await flawOf(changed('draws.jsonl', (text) => text.replace(/"skipped":\{[^}]*\}/g, '"skipped":{}')), passedOver),
  }
  expect(flaws).toEqual({
    secret: 'commitment', promised: 'promised', unlisted: 'unlisted', nonce: 'nonce', kept: 'kept',
    numbers: 'numbers', line: 'chain', log: 'chain', missing: 'files', skipped: 'skipped',
  })
})

test('another pick whose chain was made right again is found by replaying it', async () => {
  const files = theDay()
  const [head, ...entries] = textOf(files, 'log-7ca4B.jsonl').trimEnd().split('\n')
  const written = [head]
  let chain = Buffer.from((JSON.parse(head ?? '') as { chain: string }).chain, 'hex')
  for (const entry of entries) {
    const l = (JSON.parse(entry) as { l: string }).l.replace('108617', '108618')
    chain = Buffer.from(await sha256(Uint8Array.from(Buffer.concat([chain, Buffer.from(l)]))))
    written.push(JSON.stringify({ h: hexOf(Uint8Array.from(chain)), l }))
  }
  files.set('log-7ca4B.jsonl', bytesOf(written.join('\n')))
  expect(await flawOf(files, first)).toBe('pick')
})
