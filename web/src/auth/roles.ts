/** The roles, and the page on which each of them lands after signing in. */
export type Role = 'applicant' | 'clerk' | 'operator' | 'auditor'

const HOMES: [Role, string][] = [
  ['clerk', '/desk'],
  ['operator', '/operations'],
  ['auditor', '/audit'],
]

/** The own page of somebody with these roles; null for applicants, whose page the server names. */
export function homeOf(roles: readonly string[]): string | null {
  if (roles.includes('applicant')) return null
  return HOMES.find(([role]) => roles.includes(role))?.[1] ?? null
}
