import { expect, test } from 'vitest'
import { createEventParser } from '@/api/eventParser'
import { pauseBefore } from '@/api/eventStream'

function parseAll(pieces: string[]): [string, string][] {
  const events: [string, string][] = []
  const parse = createEventParser((name, data) => events.push([name, data]))
  pieces.forEach(parse)
  return events
}

test('an event is passed on once its blank line has come', () => {
  expect(parseAll(['event: preselection\ndata: {"a":1}\n'])).toEqual([])
  expect(parseAll(['event: preselection\ndata: {"a":1}\n\n'])).toEqual([['preselection', '{"a":1}']])
})

test('pieces may be cut anywhere, even between CR and LF', () => {
  const stream = ': ping\r\n\r\nevent: preselection\r\ndata: 1\r\n\r\ndata: 2\r\ndata: 3\r\n\r\n'
  for (let cut = 1; cut < stream.length; cut++) {
    expect(parseAll([stream.slice(0, cut), stream.slice(cut)])).toEqual([
      ['preselection', '1'],
      ['message', '2\n3'],
    ])
  }
})

test('the pause before a new connection doubles and stays below fifteen seconds', () => {
  const pauses = [0, 1, 2, 10].map((attempt) => pauseBefore(attempt, () => 1))
  expect(pauses).toEqual([500, 1000, 2000, 15_000])
  expect(pauseBefore(10, () => 0)).toBe(7500)
})
