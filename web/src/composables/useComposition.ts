import { computed, ref, watch, type Ref } from 'vue'
import { isWholeSerial, prefixOf, serialOf, SERIAL_LENGTH } from '@/plates/plateNumbers'

export interface CompositionGroup {
  prefix: string
  serial: string
}

/** Up to five numbers in order of preference, built one character at a time. `limit`: how many may be entered now. */
export function useComposition(prefixes: readonly string[], limit: Ref<number>) {
  const firstPrefix = prefixes[0] ?? ''
  const groups = ref<CompositionGroup[]>([])
  const activeIndex = ref(0)
  const emptyGroup = (): CompositionGroup => ({ prefix: firstPrefix, serial: '' })

  watch(limit, resize, { immediate: true })
  const active = computed<CompositionGroup>(() => groups.value[activeIndex.value] ?? emptyGroup())
  const position = computed(() => ({ prefix: active.value.prefix, typed: active.value.serial }))

  const whole = computed(() => groups.value.filter(({ serial }) => isWholeSerial(serial)))
  const numbers = computed(() => whole.value.map(({ prefix, serial }) => prefix + serial))
  const partialIndex = computed(() => groups.value.findIndex(({ serial }) => serial !== '' && !isWholeSerial(serial)))
  const duplicated = computed(() => new Set(numbers.value).size < numbers.value.length)
  const complete = computed(() => numbers.value.length > 0 && partialIndex.value < 0 && !duplicated.value)

  /** A full slot hands over to the next empty one, so that several numbers can be typed in one go. */
  function goOn() {
    if (active.value.serial.length < SERIAL_LENGTH) return
    const next = groups.value.findIndex(({ serial }, i) => i > activeIndex.value && serial === '')
    if (next > 0) activeIndex.value = next
  }

  function resize() {
    groups.value = Array.from({ length: Math.max(0, limit.value) }, (_, i) => groups.value[i] ?? emptyGroup())
    activeIndex.value = Math.max(0, Math.min(activeIndex.value, groups.value.length - 1))
  }

  function replace(group: CompositionGroup) {
    groups.value = groups.value.map((before, i) => (i === activeIndex.value ? group : before))
  }

  const place = (number: string): number | null => {
    const index = placeFor(groups.value, activeIndex.value)
    if (index !== null) activeIndex.value = index
    if (index !== null) replace({ prefix: prefixOf(number), serial: serialOf(number) })
    goOn()
    return index
  }

  return {
    groups,
    activeIndex,
    active,
    position,
    numbers,
    partialIndex,
    duplicated,
    complete,
    activate: (index: number) => {
      activeIndex.value = index
    },
    type: (character: string) => {
      const { prefix, serial } = active.value
      if (serial.length >= SERIAL_LENGTH) return
      replace({ prefix, serial: serial + character })
      goOn()
    },
    place,
    backspace: () => replace({ ...active.value, serial: active.value.serial.slice(0, -1) }),
    clear: () => replace({ ...active.value, serial: '' }),
    /** Another prefix clears the typed characters, because other numbers are free there. */
    choosePrefix: (prefix: string) => replace({ prefix, serial: '' }),
    reset: () => {
      groups.value = groups.value.map(emptyGroup)
      activeIndex.value = 0
    },
  }
}

/** Where a whole number goes: a slot without one, the active slot first; null if every slot is full. */
function placeFor(groups: readonly CompositionGroup[], active: number): number | null {
  const isOpen = (group: CompositionGroup | undefined) => group !== undefined && !isWholeSerial(group.serial)
  if (isOpen(groups[active])) return active
  const index = groups.findIndex(isOpen)
  return index < 0 ? null : index
}
