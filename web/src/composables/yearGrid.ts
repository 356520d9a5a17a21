/** The days of a year as a calendar shows them, and which of them an office is open on. */
export interface YearDay {
  iso: string
  number: number
  isOpen: boolean
  /** An entry says otherwise than the weekday. */
  entry: 'country' | 'office' | null
}

export interface Entry {
  day: string
  kind: string
  office_code: string | null
}

const DAY_MS = 86_400_000

/** Twelve months, each with the empty places before its first day (weeks begin on Monday) and its days. */
export function monthsOf(year: number, entries: readonly Entry[]): { month: number; empty: number; days: YearDay[] }[] {
  const country = new Map(entries.filter((each) => each.office_code === null).map((each) => [each.day, each.kind]))
  const own = new Map(entries.filter((each) => each.office_code !== null).map((each) => [each.day, each.kind]))
  return Array.from({ length: 12 }, (_, place) => {
    const first = Date.UTC(year, place, 1)
    const length = Math.round((Date.UTC(year, place + 1, 1) - first) / DAY_MS)
    const days = Array.from({ length }, (__, day): YearDay => {
      const at = new Date(first + day * DAY_MS)
      const iso = at.toISOString().slice(0, 10)
      const kind = own.get(iso) ?? country.get(iso)
      const isWeekday = at.getUTCDay() !== 0 && at.getUTCDay() !== 6
      const entry = own.has(iso) ? 'office' : country.has(iso) ? 'country' : null
      return { iso, number: day + 1, isOpen: kind ? kind === 'working' : isWeekday, entry }
    })
    return { month: place + 1, empty: (new Date(first).getUTCDay() + 6) % 7, days }
  })
}

/** The instants at which a day in Shanghai begins and ends. */
export const boundsOf = (day: string) => {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
  return { since: `${day}T00:00:00+08:00`, until: `${next}T00:00:00+08:00` }
}

/** The shortest names of Monday to Sunday. */
export function weekdayNames(language: string): string[] {
  const form = new Intl.DateTimeFormat(language, { weekday: 'narrow', timeZone: 'UTC' })
  // 2 January 2023 was a Monday.
  return [...Array(7).keys()].map((day) => form.format(new Date(Date.UTC(2023, 0, 2 + day))))
}
