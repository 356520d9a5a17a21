import type { components } from '@/api/schema'

type Items = components['schemas']
type KeyOfAny<Each> = Each extends unknown ? keyof Each : never

/** Every column of the auditors' lists. The settings are checked against the service's by a test. */
export type AuditColumn = KeyOfAny<Items['ActItem' | 'LookCountItem' | 'WithholdingItem' | 'BanItem' | 'ClerkCountsItem' | 'ClerkActItem']>
