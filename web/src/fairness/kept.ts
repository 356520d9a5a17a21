/** A draw that this browser made: what is needed to verify it after its day. It names neither person nor car. */
export interface KeptDraw {
  draw_id: string
  day: string
  at: string
  nonce: string
  numbers: string[]
  /** The day's commitment, as it was published when the draw was made. */
  commitment?: string
}

const KEY = 'xuanhao.draws'
const MOST = 50

/** The newest first. What cannot be read counts as nothing: the storage may be blocked, full or foreign. */
export function keptDraws(): KeptDraw[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(found) ? (found as KeptDraw[]) : []
  } catch {
    return []
  }
}

export function keepDraw(draw: KeptDraw): void {
  store([draw, ...keptDraws().filter(({ draw_id }) => draw_id !== draw.draw_id)].slice(0, MOST))
}

export function forgetDraws(): void {
  store([])
}

function store(draws: KeptDraw[]): void {
  try {
    if (draws.length > 0) localStorage.setItem(KEY, JSON.stringify(draws))
    else localStorage.removeItem(KEY)
  } catch {
    // The draw can still be verified with its nonce from the service's list.
  }
}
