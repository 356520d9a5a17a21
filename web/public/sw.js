// Only shows a page that says what can't be done without a network. Nothing else is kept: every answer is the server's.
const CACHE = 'offline-1'
const PAGE = '/offline.html'

self.addEventListener('install', (event) => event.waitUntil(caches.open(CACHE).then((cache) => cache.add(PAGE))))
self.addEventListener('activate', (event) =>
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))),
  ),
)
self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)))
})
