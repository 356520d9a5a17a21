// Adds the messages that have come since to the demo's phone. Reloading the page instead would take the reader's place and focus.
const LOOKS_EVERY_MS = 1500
const list = document.querySelector('ol')

async function newer() {
  const response = await fetch(location.href, { cache: 'no-store' })
  if (!response.ok) return []
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const known = new Set([...list.children].map((message) => message.outerHTML))
  return [...page.querySelectorAll('ol > li')].filter((message) => !known.has(message.outerHTML))
}

async function follow() {
  if (!document.hidden) {
    // A line that is down is tried again the next time.
    const messages = await newer().catch(() => [])
    if (messages.length > 0) list.querySelector('li.note')?.remove()
    list.prepend(...messages)
  }
  setTimeout(follow, LOOKS_EVERY_MS)
}

setTimeout(follow, LOOKS_EVERY_MS)
