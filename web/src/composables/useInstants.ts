import { useI18n } from 'vue-i18n'

/** Instants and days in the office's time zone, in the reader's language. */
const ZONE = 'Asia/Shanghai'
const DURATION = /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const
/** The units of ISO 8601, for a field with a number and a unit. */
export const DURATION_UNITS = { second: 'PT#S', minute: 'PT#M', hour: 'PT#H', day: 'P#D', month: 'P#M', year: 'P#Y' } as const
export type DurationUnit = keyof typeof DURATION_UNITS

export function useInstants() {
  const { locale, t, tm, rt } = useI18n()

  // A full month name takes a phone's whole line.
  const dateStyle = () => (locale.value === 'en' ? 'medium' : 'long')

  const formatInstant = (instant: string): string =>
    new Intl.DateTimeFormat(locale.value, { dateStyle: dateStyle(), timeStyle: 'short', timeZone: ZONE }).format(new Date(instant))

  const formatDate = (instant: string): string =>
    new Intl.DateTimeFormat(locale.value, { dateStyle: 'long', timeZone: ZONE }).format(new Date(instant))

  /** An ISO date with its weekday; a day has no time zone. */
  const formatDay = (day: string): string => {
    const weekday = (tm('completed.weekdays') as string[])[new Date(`${day}T00:00:00Z`).getUTCDay()]
    return t('completed.year', { ...wordsFor(day), year: Number(day.slice(0, 4)), weekday: weekday ? rt(weekday) : '' })
  }

  /** 「请于X月X日(含)前」 */
  const visitBefore = (day: string): string => t('completed.before', wordsFor(day))

  function wordsFor(day: string) {
    const date = new Date(`${day}T00:00:00Z`)
    const named = new Intl.DateTimeFormat(locale.value, { month: 'long', day: 'numeric', timeZone: 'UTC' }).format(date)
    return { month: date.getUTCMonth() + 1, day: date.getUTCDate(), date: named }
  }

  /** An ISO 8601 duration of the policy in words: 「2年」, 「2 years」. */
  const formatDuration = (iso: string): string => {
    const amounts = DURATION.exec(iso)?.slice(1).map((amount) => Number(amount ?? 0)) ?? []
    const parts = UNITS.flatMap((unit, place) => (amounts[place] ? [inUnits(amounts[place], unit)] : []))
    return parts.join(locale.value === 'en' ? ' ' : '') || inUnits(0, 'second')
  }

  const formOf = (unit: string) => new Intl.NumberFormat(locale.value, { style: 'unit', unit, unitDisplay: 'long' })
  const inUnits = (amount: number, unit: string): string => formOf(unit).format(amount)

  /** The unit in words, as in 「2年」 without the number. */
  const unitName = (unit: DurationUnit): string =>
    formOf(unit)
      .formatToParts(2)
      .filter(({ type }) => type === 'unit')
      .map(({ value }) => value)
      .join('')

  const isDuration = (text: string): boolean => DURATION.test(text)

  return { formatDuration, isDuration, unitName, formatInstant, formatDate, formatDay, visitBefore }
}

/** From the day of an instant in the office's time zone to a day; 0 on that day and after it. */
export function daysBetween(instant: string, day: string): number {
  const today = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: ZONE }).format(new Date(instant))
  return Math.max(0, Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000)) || 0
}
