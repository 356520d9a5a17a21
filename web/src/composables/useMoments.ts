import { useI18n } from 'vue-i18n'

/** Instants and days in the office's time zone, in the reader's language. */
const ZONE = 'Asia/Shanghai'
const DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/

export function useMoments() {
  const { locale, t, tm, rt } = useI18n()

  // A full month name takes a phone's whole line.
  const dateStyle = () => (locale.value === 'en' ? 'medium' : 'long')

  const formatMoment = (instant: string): string =>
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
    const [, years, months, days, hours, minutes, seconds] = DURATION.exec(iso) ?? []
    const parts = { year: years, month: months, day: days, hour: hours, minute: minutes, second: seconds }
    return Object.entries(parts)
      .filter(([, amount]) => Number(amount) > 0)
      .map(([unit, amount]) =>
        new Intl.NumberFormat(locale.value, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(amount)),
      )
      .join('')
  }

  return { formatDuration, formatMoment, formatDate, formatDay, visitBefore }
}

/** From the day of an instant in the office's time zone to a day; 0 on that day and after it. */
export function daysBetween(instant: string, day: string): number {
  const today = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone: ZONE }).format(new Date(instant))
  return Math.max(0, Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000)) || 0
}
