/** One flag that survives a reload: this browser was signed in, so a silent sign-in may succeed. No token, no name. */
const HINT = 'xuanhao.was-signed-in'

export function rememberVisitor(): void {
  withStorage((storage) => storage.setItem(HINT, '1'))
}

export function forgetVisitor(): void {
  withStorage((storage) => storage.removeItem(HINT))
}

export function isReturningVisitor(): boolean {
  return withStorage((storage) => storage.getItem(HINT)) === '1'
}

function withStorage<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(localStorage)
  } catch {
    // Some browsers forbid storage; then the user presses the sign-in button.
    return null
  }
}
