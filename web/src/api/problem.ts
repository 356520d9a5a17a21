/** RFC 9457 problems as the API sends them, and the two that only a client can know: no answer, and an unreadable one. */
export interface FieldError {
  field: string
  message: string
}

export interface ProblemFacts {
  retry_at?: string
  stage?: string
  max?: number
  attempts_left?: number
  reasons?: string[]
  numbers?: string[]
  errors?: FieldError[]
  version?: string
  until?: string
  parts?: Record<string, string>
}

export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    readonly facts: ProblemFacts = {},
  ) {
    super(`${status} ${code}`)
  }

  /** True where nobody knows whether the request was carried out, so that it must be repeated with the same key. */
  get leavesOutcomeOpen(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export const OFFLINE = 'offline'

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(OFFLINE, 0, '')
}

/** Reads a refusal's body; anything that is not problem+json becomes `unavailable` with no words of its own. */
export async function problemFrom(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  if (!isRecord(body) || typeof body.code !== 'string') return new Problem('unavailable', response.status, '')
  const { code, detail, ...facts } = body
  return new Problem(code, response.status, typeof detail === 'string' ? detail : '', facts as ProblemFacts)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
