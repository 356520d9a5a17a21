/** Days and instants as staff type them: the same form in every language, whatever the browser's. Instants are in the offices' time. */
export type TimeKind = 'day' | 'instant'

const OFFSET = ':00+08:00'
const SPELLED = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时時](\d{1,2})分?)?$/
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[ T]*(\d{2}):?(\d{2}))?$/

/** The value that the API takes; empty for an empty text, and null for what can't be read. */
export function readTime(typed: string, kind: TimeKind): string | null {
  const text = typed.normalize('NFKC').trim().replace(/\s+/g, ' ')
  if (!text) return ''
  const found = SPELLED.exec(text) ?? COMPACT.exec(text)
  if (!found) return null
  const [year, month, day, hour, minute] = found.slice(1).map((part) => part?.padStart(2, '0'))
  const iso = `${year}-${month}-${day}`
  if (!isDay(iso)) return null
  if (kind === 'day') return hour === undefined ? iso : null
  return hour !== undefined && Number(hour) < 24 && Number(minute) < 60 ? `${iso}T${hour}:${minute}${OFFSET}` : null
}

export const writeTime = (value: string): string => value.replace(OFFSET, '').replace('T', ' ')

/** The 30th of February is none. */
function isDay(iso: string): boolean {
  const at = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso)
}
