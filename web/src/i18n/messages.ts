import type zhCN from './zh-CN'

/** The type that every language must implement, derived from the first one. */
export type Messages = typeof zhCN
export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export const LANGUAGE_NAMES: Record<Language, string> = { 'zh-CN': '简体', 'zh-TW': '繁體', en: 'English' }
