/** RFC 9457 problems of the API, and two that only a client can have: no response, and an unreadable response. */
export interface FieldError {
  field: string
  message: string
}

export interface ProblemFacts {
  retry_at?: string
  /** A code that is on its way: where to, and until when it can be typed. */
  sent_to?: string
  expires_at?: string
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
    /** The language of the detail, if it is not the page's. */
    readonly language?: string,
  ) {
    super(`${status} ${code}`)
  }

  /** True if it is unknown whether the request had its effect, so that it must be repeated with the same key. */
  get leavesOutcomeOpen(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export const OFFLINE = 'offline'

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(OFFLINE, 0, '')
}

/** Parses the body of a refusal; anything that is not problem+json becomes `unavailable` without a text. */
export async function problemFrom(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  if (!isRecord(body) || typeof body.code !== 'string') return new Problem('unavailable', response.status, '')
  const { code, detail, ...facts } = body
  return new Problem(code, response.status, typeof detail === 'string' ? detail : '', facts as ProblemFacts, document.documentElement.lang)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
