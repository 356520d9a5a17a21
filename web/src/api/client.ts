import { OFFLINE, Problem, problemFrom } from './problem'
import { abortWith } from './signals'

/** What requests need from the rest of the app; set once at the start, so this file does not depend on sign-in or languages. */
export interface ClientContext {
  token: () => string | null
  language: () => string
  /** Called on 401; the page signs in again without asking, or shows the sign-in button. */
  onSignedOut: () => void
  /** Called with the server's time for every response that contains it. */
  onServerTime: (instant: string) => void
}

export interface RequestOptions {
  body?: unknown
  /** The Idempotency-Key of the user's intent; requests with a key are repeated automatically while their outcome is unknown. */
  key?: string
  query?: Record<string, string | number | undefined>
  signal?: AbortSignal
  /** The pass of an office's waiting room. */
  queuePass?: string
  /** The wanted form of the answer; by default JSON. */
  accept?: string
}

// The API responds within 15 seconds; anything slower counts as lost.
const ANSWER_WITHIN_MS = 20_000
const REPEAT_AFTER_MS = [400, 1200, 3000]

let context: ClientContext = {
  token: () => null,
  language: () => 'zh-CN',
  onSignedOut: () => undefined,
  onServerTime: () => undefined,
}

export function configureClient(next: ClientContext): void {
  context = next
}

export function get<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return readJson<T>('GET', path, options)
}

export function post<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return readJson<T>('POST', path, options)
}

export function put<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return readJson<T>('PUT', path, options)
}

export async function getFile(path: string, options: RequestOptions = {}): Promise<Blob> {
  const response = await send('GET', path, options)
  return response.blob()
}

/** Headers of all our requests, including the event stream. */
export function requestHeaders(options: RequestOptions = {}): Record<string, string> {
  const token = context.token()
  return {
    'Accept-Language': context.language(),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(options.accept ? { Accept: options.accept } : {}),
    ...(options.key ? { 'Idempotency-Key': options.key } : {}),
    ...(options.queuePass ? { 'Queue-Pass': options.queuePass } : {}),
    ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
}

export function apiUrl(path: string, query: RequestOptions['query'] = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `/api/v1${path}${search ? `?${search}` : ''}`
}

async function readJson<T>(method: string, path: string, options: RequestOptions): Promise<T> {
  const response = await sendUntilAnswered(method, path, options)
  const body = (await response.json()) as T
  reportServerTime(body)
  return body
}

async function sendUntilAnswered(method: string, path: string, options: RequestOptions): Promise<Response> {
  const repeats = options.key || method === 'GET' ? REPEAT_AFTER_MS : []
  for (const pause of repeats) {
    try {
      return await send(method, path, options)
    } catch (error) {
      if (!(error instanceof Problem) || !error.leavesOutcomeOpen || options.signal?.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  return send(method, path, options)
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const timeout = abortWith([options.signal], ANSWER_WITHIN_MS)
  const init: RequestInit = {
    method,
    headers: requestHeaders(options),
    signal: timeout.signal,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  }
  const response = await fetch(apiUrl(path, options.query), init)
    .catch(() => {
      throw new Problem(OFFLINE, 0, '')
    })
    .finally(timeout.release)
  if (response.ok) return response
  noteRefusal(response)
  throw await problemFrom(response)
}

export function noteRefusal(response: Response): void {
  if (response.status === 401) context.onSignedOut()
}

function reportServerTime(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('now' in body)) return
  if (typeof body.now === 'string') context.onServerTime(body.now)
}
