import { watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { fetchOffices } from '@/api/offices'
import { useLoader } from './useLoader'

/** The offices, with their names in the reader's language; read again when another language is chosen. */
export function useOffices() {
  const offices = useLoader(fetchOffices)
  const { locale } = useI18n()
  watch(locale, () => offices.load())
  /** The office's name; its code until the offices are known, and for an unknown one. */
  const nameOf = (code: string) => offices.value.value?.find((office) => office.code === code)?.name ?? code
  return { ...offices, nameOf }
}
