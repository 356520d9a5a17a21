import { ref } from 'vue'

/** Numbers that somebody likes, kept in this browser only and sent nowhere. */
const KEY = 'xuanhao.favourites'
const MOST = 20

export function useFavourites() {
  const favourites = ref(recall())

  function toggle(number: string) {
    favourites.value = favourites.value.includes(number)
      ? favourites.value.filter((each) => each !== number)
      : [number, ...favourites.value].slice(0, MOST)
    try {
      localStorage.setItem(KEY, JSON.stringify(favourites.value))
    } catch {
      // Without storage they last as long as the page.
    }
  }

  return { favourites, toggle }
}

function recall(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string').slice(0, MOST) : []
  } catch {
    return []
  }
}
