import { useI18n } from 'vue-i18n'
import type { Language } from '@/i18n/messages'

/** The words of one part in every language. They are loaded with that part, and are no part of the first load. */
export type Words<Names extends string> = Record<Language, Record<Names, string>>

/** The words in the reader's language; `{name}` is replaced by the fact of that name. */
export function useWords<Names extends string>(words: Words<Names>) {
  const { locale } = useI18n({ useScope: 'global' })
  return (name: Names, facts: Record<string, string | number> = {}): string =>
    words[locale.value as Language][name].replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? ''))
}
