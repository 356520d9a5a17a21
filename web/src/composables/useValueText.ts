import { useI18n } from 'vue-i18n'
import { useInstants } from './useInstants'
import { useSettingNames } from './useSettingNames'

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/
const DAY = /^\d{4}-\d{2}-\d{2}$/
/** What persons wrote stays as they wrote it. */
const WRITTEN = new Set(['reason', 'release_reason'])
/** Numbers that name something are not grouped. */
const NAMES = new Set(['year'])
/** Where the names of a code are, by its column or fact; `staff.codes` has the others under the column's own name. */
const GROUPS: Record<string, string> = {
  by_kind: 'staff.codes.actor_kind',
  request_kind: 'staff.requests',
  kind: 'fairness.figures.kinds',
  stage: 'stages',
  days: 'staff.offices.kinds',
}
const NOTHING = '–'

/** Values of the API in the reader's words: codes, instants in the office's time, durations, and facts with their names. */
export function useValueText() {
  const { t, te, locale } = useI18n()
  const { formatInstant, formatDay, formatDuration, isDuration } = useInstants()
  const nameOf = useSettingNames()

  /** The name of a code; null for what is none, and for a new code without a name. */
  const codeName = (key: string, value: unknown): string | null => {
    const path = `${GROUPS[key] ?? `staff.codes.${key}`}.${String(value)}`
    return typeof value === 'string' && /^\w+$/.test(value) && te(path) ? t(path) : null
  }

  const listed = (parts: string[]): string => parts.join(locale.value === 'en' ? ', ' : '，')

  function pairs(value: object, key: string): string {
    const colon = locale.value === 'en' ? ': ' : '：'
    // The key of a day's kind is the day, so the kind is named by what holds it.
    const part = ([name, each]: [string, unknown]) => `${nameOf(name)}${colon}${valueText(/^\d/.test(name) ? key : name, each)}`
    return listed(Object.entries(value).filter(([, each]) => each !== null).map(part)) || NOTHING
  }

  function settingText(plain: string): string {
    if (isDuration(plain)) return formatDuration(plain)
    return plain === 'off' ? t('staff.common.off') : plain
  }

  function valueText(key: string, value: unknown): string {
    if (value === null || value === undefined || value === '') return NOTHING
    if (Array.isArray(value)) return value.map((each) => valueText(key, each)).join(' ') || NOTHING
    if (typeof value === 'object') return pairs(value, key)
    if (typeof value === 'boolean') return t(value ? 'staff.common.yes' : 'staff.common.no')
    if (typeof value === 'number' && !NAMES.has(key)) return new Intl.NumberFormat(locale.value).format(value)
    const plain = String(value)
    if (WRITTEN.has(key)) return plain
    if (INSTANT.test(plain)) return formatInstant(plain)
    if (DAY.test(plain)) return formatDay(plain)
    // A template of numbers can look like a duration, so only settings have one.
    if (te(`staff.settings.${key}`)) return settingText(plain)
    return codeName(key, plain) ?? plain
  }

  return { valueText, codeName }
}
