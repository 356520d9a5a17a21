import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { fetchFigures, type Figures } from '@/api/operations'
import { useLoader } from './useLoader'

export interface FigureChoice {
  name: string
  by: 'hour' | 'day'
  days: number
  office: string
  prefix: string
}

export interface Line {
  key: string
  values: (number | null)[]
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MOST_LINES = 8

const HOURS = 24

/** The query of a choice, for the chart and for its table. */
export function queryOf(choice: FigureChoice, now: number) {
  const { name, by, office, prefix } = choice
  const times = timesOf(choice, now)
  return { name, by, from: times[0], to: times.at(-1), ...(office ? { office } : {}), ...(prefix ? { prefix } : {}) }
}

/** Every day or hour of the chosen period, as the answers name them: one without acts has no point there. */
export function timesOf({ by, days }: Pick<FigureChoice, 'by' | 'days'>, now: number): string[] {
  const count = by === 'day' ? days : HOURS
  const step = by === 'day' ? DAY_MS : HOUR_MS
  const last = by === 'day' ? now + 8 * HOUR_MS : now - (now % HOUR_MS)
  const text = (at: number) => new Date(at).toISOString().slice(0, by === 'day' ? 10 : undefined)
  return Array.from({ length: count }, (_, place) => text(last - (count - 1 - place) * step))
}

/** A line for each key, with a value at each of the times; above eight lines the smallest are added up. */
export function linesOf({ series }: Figures, times: string[], others: string, isLevel: boolean): { times: string[]; lines: Line[] } {
  const missing = isLevel ? null : 0
  const lines = series
    .map(({ key, points }) => {
      const known = new Map(points.map(([at, value]) => [String(at), Number(value)]))
      return { key, values: times.map((at) => known.get(at) ?? missing) }
    })
    .filter(({ values }) => values.some(Boolean))
    .toSorted((one, two) => sum(two.values) - sum(one.values))
  if (lines.length <= MOST_LINES) return { times, lines }
  const rest = lines.slice(MOST_LINES - 1)
  const added = times.map((_, place) => {
    const known = rest.map(({ values }) => values[place] ?? null).filter((value) => value !== null)
    return known.length > 0 ? sum(known) : missing
  })
  return { times, lines: [...lines.slice(0, MOST_LINES - 1), { key: others, values: added }] }
}

export const sum = (values: (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0)

export function useFigure(choice: MaybeRefOrGetter<FigureChoice>, others: () => string) {
  const { value, loading, problem, load } = useLoader(fetchFigures)
  const isLevel = computed(() => toValue(choice).name === 'pool_free')
  const drawn = computed(() =>
    value.value ? linesOf(value.value, timesOf(toValue(choice), Date.now()), others(), isLevel.value) : null,
  )
  return { figures: value, loading, problem, drawn, isLevel, load: () => load(queryOf(toValue(choice), Date.now())) }
}
