/** Aborts with the first of the signals, or after `ms`. (Phones that are still in use do not have AbortSignal.any.) */
export function abortWith(signals: (AbortSignal | undefined)[], ms?: number) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const given = signals.filter((signal) => signal !== undefined)
  if (given.some((signal) => signal.aborted)) abort()
  given.forEach((signal) => signal.addEventListener('abort', abort))
  const timer = ms === undefined ? undefined : setTimeout(abort, ms)
  const release = () => {
    clearTimeout(timer)
    given.forEach((signal) => signal.removeEventListener('abort', abort))
  }
  return { signal: controller.signal, abort, release }
}
