import { fetchFairnessDays } from '@/api/fairness'
import { PRACTICE_ID } from '@/api/practice'
import type { PreselectionView } from '@/api/types'
import { keepDraw } from '@/fairness/kept'
import { newNonce } from '@/fairness/nonces'

/** The browser's part of each draw: a nonce, kept with the numbers so that the draw can be verified after its day. */
export function useOwnNonces(id: string) {
  let last = { key: '', nonce: '' }

  /** One nonce for each intent: a repeated request must be the same. Practice has none. */
  const nonceFor = (key: string): string => {
    if (id === PRACTICE_ID) return ''
    if (last.key !== key) last = { key, nonce: newNonce() }
    return last.nonce
  }

  const keep = ({ batch, now }: PreselectionView, nonce: string): void => {
    if (!batch?.draw_id || !batch.day) return
    const draw = { draw_id: batch.draw_id, day: batch.day, at: now, nonce, numbers: batch.numbers }
    keepDraw(draw)
    void commitmentOf(batch.day).then((commitment) => commitment && keepDraw({ ...draw, commitment }))
  }

  return { nonceFor, keep }
}

const commitments = new Map<string, string>()

/** What is published for the day while its secret is secret; undefined if it cannot be read now. */
async function commitmentOf(day: string): Promise<string | undefined> {
  if (!commitments.has(day)) {
    const days = await fetchFairnessDays({ from: day, to: day }).catch(() => [])
    for (const each of days ?? []) commitments.set(each.day, each.commitment)
  }
  return commitments.get(day)
}
