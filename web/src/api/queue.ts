import { get, post } from './client'
import { openEventStream } from './eventStream'
import type { Queue, QueuePlace } from './types'

/** The waiting room of an office. Every call takes the pass along, so that the place outlives the server's memory. */
const path = (office: string, rest = '') => `/offices/${encodeURIComponent(office)}/queue${rest}`

export const fetchQueue = (office: string) => get<Queue>(path(office))
export const joinQueue = (office: string, pass: string) => post<QueuePlace>(path(office), { queuePass: pass })

/** Calls `onPlace` for every place that the server reports. Returns a function that stops it. */
export function followQueue(office: string, pass: string, onPlace: (place: QueuePlace) => void): () => void {
  return openEventStream({
    path: path(office, '/events'),
    queuePass: pass,
    onState: () => undefined,
    onEvent: (name, data) => {
      if (name === 'queue') onPlace(JSON.parse(data) as QueuePlace)
    },
  })
}
