import { computed, ref, watch, type Ref } from 'vue'
import { isWholeSerial, SERIAL_LENGTH } from '@/plates/plateNumbers'

export interface CompositionGroup {
  prefix: string
  serial: string
}

/** Up to five numbers in order of preference, built one character at a time. `limit`: how many may be entered now. */
export function useComposition(prefixes: readonly string[], limit: Ref<number>) {
  const firstPrefix = prefixes[0] ?? ''
  const groups = ref<CompositionGroup[]>([])
  const activeIndex = ref(0)

  watch(limit, resize, { immediate: true })
  const active = computed<CompositionGroup>(() => groups.value[activeIndex.value] ?? emptyGroup())
  const position = computed(() => ({ prefix: active.value.prefix, typed: active.value.serial }))

  const numbers = computed(() =>
    groups.value.filter(({ serial }) => isWholeSerial(serial)).map(({ prefix, serial }) => prefix + serial),
  )
  const partialIndex = computed(() => groups.value.findIndex(({ serial }) => serial !== '' && !isWholeSerial(serial)))
  const duplicated = computed(() => new Set(numbers.value).size < numbers.value.length)
  const complete = computed(() => numbers.value.length > 0 && partialIndex.value < 0 && !duplicated.value)

  /** A full slot hands over to the next empty one, so that several numbers can be typed in one go. */
  function goOn() {
    if (active.value.serial.length < SERIAL_LENGTH) return
    const next = groups.value.findIndex(({ serial }, i) => i > activeIndex.value && serial === '')
    if (next > 0) activeIndex.value = next
  }

  function emptyGroup(): CompositionGroup {
    return { prefix: firstPrefix, serial: '' }
  }

  function resize() {
    const size = Math.max(0, limit.value)
    groups.value = Array.from({ length: size }, (_, i) => groups.value[i] ?? emptyGroup())
    activeIndex.value = Math.min(activeIndex.value, Math.max(0, size - 1))
  }

  function replace(group: CompositionGroup) {
    groups.value = groups.value.map((before, i) => (i === activeIndex.value ? group : before))
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
