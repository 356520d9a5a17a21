import type zhCN from './zh-CN'

/** The type that every language must implement, derived from the first one. */
export type StaffWords = typeof zhCN
