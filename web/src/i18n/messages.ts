import type zhCN from './zh-CN'

/** The type that every language must implement, derived from the first one. */
export type Messages = typeof zhCN
export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
