/** The server's clock as the answers carry it. Countdowns run to it, never to the visitor's own clock. */
let serverAtSync: number | null = null
let localAtSync = 0

// The monotonic clock does not jump when the user changes the device's clock.
const monotonic = () => performance.now()

export function syncServerClock(instant: string): void {
  const parsed = Date.parse(instant)
  if (Number.isNaN(parsed)) return
  serverAtSync = parsed
  localAtSync = monotonic()
}

/** Milliseconds since 1970 on the server's clock; on the device's clock until the first response. */
export function serverNow(): number {
  return serverAtSync === null ? Date.now() : serverAtSync + (monotonic() - localAtSync)
}

/** Today as an ISO date in the offices' time zone. */
export function officeToday(): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(serverNow()))
}
