import { onScopeDispose } from 'vue'

// The stream tells the change itself; this read is for the moment in which the stream is down.
const GRACE_MS = 400

/** Reads the view again a moment after a countdown has ended. */
export function useDeadlineRefresh(refresh: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), GRACE_MS)
  }
}
