import { addWords, i18n } from '../index'
import type { Language } from '../messages'
import type { StaffWords } from './messages'

const LOADERS: Record<Language, () => Promise<{ default: StaffWords }>> = {
  'zh-CN': () => import('./zh-CN'),
  'zh-TW': () => import('./zh-TW'),
  en: () => import('./en'),
}

async function load(language: Language): Promise<void> {
  const { default: words } = await LOADERS[language]()
  i18n.global.mergeLocaleMessage(language, words)
}

/** Loads the words of the staff pages; an applicant never needs them. */
export const loadStaffWords = (): Promise<void> => addWords(load)
