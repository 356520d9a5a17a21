import { onScopeDispose } from 'vue'

// The stream sends the change; this read is for times when the stream is down.
const GRACE_MS = 400

/** Reads the view again shortly after a countdown has ended. */
export function useDeadlineRefresh(refresh: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    clearTimeout(timer)
    timer = setTimeout(() => void refresh(), GRACE_MS)
  }
}
