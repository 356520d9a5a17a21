import { useI18n } from 'vue-i18n'
import { fetchOffices } from '@/api/operations'
import { useLoader } from './useLoader'

/** The offices as operators keep them, and an office's name in the reader's language where it has one. */
export function useOperatedOffices() {
  const { locale } = useI18n()
  const officeName = ({ name, names }: { name: string; names: Record<string, string> }) => names[locale.value] || name
  return { ...useLoader(fetchOffices), officeName }
}
