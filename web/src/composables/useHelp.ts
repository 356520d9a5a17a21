import { ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Language } from '@/i18n/messages'

export interface HelpItem {
  question: string
  answer: string
}

// One file for each language; only the reader's is loaded.
const FILES: Record<Language, () => Promise<{ default: HelpItem[] }>> = {
  'zh-CN': () => import('@/help/zh-CN.json'),
  'zh-TW': () => import('@/help/zh-TW.json'),
  en: () => import('@/help/en.json'),
}

/** Questions and answers in the reader's language. */
export function useHelp() {
  const { locale } = useI18n({ useScope: 'global' })
  const items = ref<HelpItem[]>([])
  const load = async (language: string) => {
    items.value = (await FILES[language as Language]()).default
  }
  watch(locale, load, { immediate: true })
  return { items }
}
