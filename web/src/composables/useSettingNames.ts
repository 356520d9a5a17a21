import { useI18n } from 'vue-i18n'

/** The name of a setting, of a kind of request, or of a fact; a new one without a word stays as it is. */
export function useSettingNames(): (name: string) => string {
  const { t, te } = useI18n()
  return (name) => {
    const known = ['staff.settings', 'staff.facts', 'staff.requests'].map((group) => `${group}.${name}`).find((key) => te(key))
    return known ? t(known) : name
  }
}
