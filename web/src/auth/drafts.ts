/** A form marks itself with `data-draft` while it holds what its user has typed and not sent. */
export const hasDraft = (): boolean => document.querySelector('[data-draft]') !== null

/** The browser asks before a reload, a closed tab or a link to elsewhere loses a draft. */
export function guardDrafts(): void {
  addEventListener('beforeunload', (event) => {
    if (hasDraft()) event.preventDefault()
  })
}
