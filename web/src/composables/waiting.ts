import type { Unconfirmed } from '@/api/operations'

export interface Waiting {
  what: string
  reason: string | null
  by: string
  at: string
  /** What is confirmed, below /operations. */
  path: string[]
}

/** The commands that wait for a second operator, by kind, with their values in the reader's words. */
export function waitingIn(found: Unconfirmed, valueText: (key: string, value: unknown) => string): { name: string; items: Waiting[] }[] {
  const withholdings = found.withholdings.map((each) => {
    const isRelease = each.released_at !== null && each.confirmed_at !== null
    return {
      what: `${isRelease ? '−' : '+'} ${each.numbers.join(' ')}`,
      reason: isRelease ? each.release_reason : each.reason,
      by: (isRelease ? each.released_by : each.withheld_by) ?? '',
      at: (isRelease ? each.released_at : each.withheld_at) ?? '',
      path: ['withholdings', each.id],
    }
  })
  const releases = found.ban_releases.map((each) => ({
    what: `${each.holder} – ${valueText('until', each.until)}`,
    reason: each.release_reason,
    by: each.released_by ?? '',
    at: each.released_at ?? '',
    path: ['blacklist', each.id],
  }))
  const policies = found.policies.map((each) => ({
    what: `${each.office_code}: ${valueText('overrides', each.overrides)}`,
    reason: each.reason,
    by: each.requested_by,
    at: each.requested_at,
    path: ['offices', each.office_code, 'policies', each.id],
  }))
  const requests = found.requests.map((each) => ({
    what: `${valueText('request_kind', each.kind)}: ${valueText('wanted', each.wanted)}`,
    reason: each.reason,
    by: each.requested_by,
    at: each.requested_at,
    path: [each.kind === 'compose_early' ? 'segments' : 'deadlines', each.id],
  }))
  const appeals = found.appeals.map((each) => ({
    what: `${valueText('decision', each.decision)}: ${each.id}`,
    reason: each.reason,
    by: each.decided_by,
    at: each.decided_at,
    path: ['appeals', each.id],
  }))
  return [
    { name: 'withholdings', items: withholdings },
    { name: 'ban_releases', items: releases },
    { name: 'policies', items: policies },
    { name: 'requests', items: requests },
    { name: 'appeals', items: appeals },
  ]
}
