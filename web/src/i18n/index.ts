import { createI18n } from 'vue-i18n'
import { LANGUAGES, type Language, type Messages } from './messages'
import zhCN from './zh-CN'

// Only the first language is part of the first load; the others are loaded when they are selected.
const LOADERS: Record<Exclude<Language, 'zh-CN'>, () => Promise<{ default: Messages }>> = {
  'zh-TW': () => import('./zh-TW'),
  en: () => import('./en'),
}
const CHOSEN = 'xuanhao.language'

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN } as Record<Language, Messages>,
})

type Load = (language: Language) => Promise<void>
const further = new Set<Load>()

/** Loads further words, now and with every language that is chosen later. */
export async function addWords(load: Load): Promise<void> {
  further.add(load)
  // Words that a language lacks are shown in the first one.
  await Promise.all([...new Set<Language>(['zh-CN', currentLanguage()])].map(load))
}

export function currentLanguage(): Language {
  return i18n.global.locale.value
}

export async function chooseLanguage(language: Language): Promise<void> {
  if (language !== 'zh-CN') {
    const { default: messages } = await LOADERS[language]()
    i18n.global.setLocaleMessage(language, messages)
  }
  await Promise.all([...further].map((load) => load(language)))
  i18n.global.locale.value = language
  document.documentElement.lang = language
  remember(language)
}

/** The language that was selected last time; Chinese by default. */
export async function restoreLanguage(): Promise<void> {
  const stored = recall()
  if (stored && stored !== 'zh-CN') await chooseLanguage(stored)
}

function remember(language: Language): void {
  try {
    localStorage.setItem(CHOSEN, language)
  } catch {
    // Without storage the selection lasts as long as the page.
  }
}

function recall(): Language | null {
  try {
    const stored = localStorage.getItem(CHOSEN)
    return LANGUAGES.find((language) => language === stored) ?? null
  } catch {
    return null
  }
}
