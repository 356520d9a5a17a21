import { apiUrl, noteRefusal, requestHeaders } from './client'
import { createEventParser } from './eventParser'
import { abortWith } from './signals'

/** `live`: bytes arrive; `connecting`: the first attempt; `lost`: it was interrupted and is reconnecting. */
export type StreamState = 'connecting' | 'live' | 'lost'

export interface StreamOptions {
  path: string
  /** The pass of an office's waiting room, for its stream. */
  queuePass?: string
  onEvent: (name: string, data: string) => void
  onState: (state: StreamState) => void
  /** Random number in [0, 1), so that a thousand clients do not return in the same second. */
  random?: () => number
}

// The server sends a comment every 15 seconds; three missing in a row mean a dead connection.
const SILENCE_MS = 45_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
const FINAL_REFUSALS = new Set([401, 403, 404, 409])

export function pauseBefore(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt)
  return ceiling / 2 + (ceiling / 2) * random()
}

/** Reads server-sent events with the token in a header, which EventSource cannot do. Returns a function that stops it. */
export function openEventStream(options: StreamOptions): () => void {
  const ending = new AbortController()
  void keepOpen(options, ending.signal)
  return () => ending.abort()
}

async function keepOpen(options: StreamOptions, ending: AbortSignal): Promise<void> {
  let attempt = 0
  options.onState('connecting')
  while (!ending.aborted) {
    const heard = await readOnce(options, ending).catch(() => false)
    if (ending.aborted || heard === 'refused') return
    options.onState('lost')
    attempt = heard ? 0 : attempt + 1
    await pause(pauseBefore(attempt, options.random ?? Math.random), ending)
  }
}

/** Resolves when the connection ends; true if anything was received, `refused` if asking again is of no use. */
async function readOnce(options: StreamOptions, ending: AbortSignal): Promise<boolean | 'refused'> {
  const line = abortWith([ending])
  const watchdog = createWatchdog(line.abort)
  let heard = false
  try {
    const headers = { ...requestHeaders(options.queuePass ? { queuePass: options.queuePass } : {}), Accept: 'text/event-stream' }
    const response = await fetch(apiUrl(options.path), { headers, signal: line.signal, cache: 'no-store' })
    noteRefusal(response)
    // Who is refused now is refused later too: a new sign-in loads the page again.
    if (FINAL_REFUSALS.has(response.status)) return 'refused'
    if (!response.ok || !response.body) return false
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    const parse = createEventParser(options.onEvent)
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if (!heard) options.onState('live')
      heard = true
      watchdog.reset()
      parse(chunk.value)
    }
  } catch {
    return heard
  } finally {
    line.release()
    watchdog.stop()
  }
  return heard
}

function createWatchdog(onSilence: () => void) {
  let timer = setTimeout(onSilence, SILENCE_MS)
  return {
    reset() {
      clearTimeout(timer)
      timer = setTimeout(onSilence, SILENCE_MS)
    },
    stop: () => clearTimeout(timer),
  }
}

/** Waits, but stops waiting when the network is back or the page becomes visible. */
function pause(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      ending.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    window.addEventListener('online', done)
    ending.addEventListener('abort', done)
  })
}
