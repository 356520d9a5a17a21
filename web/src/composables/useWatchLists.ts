import { ref } from 'vue'

/** An auditor's own filter of a list; kept in the browser, as it is nobody else's business. */
export interface WatchList {
  name: string
  list: string
  filter: string
}

const STORED = 'xuanhao.watch-lists'

function recall(): WatchList[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]')
    return Array.isArray(stored) ? (stored as WatchList[]).filter(({ name, list, filter }) => [name, list, filter].every((each) => typeof each === 'string')) : []
  } catch {
    return []
  }
}

export function useWatchLists() {
  const lists = ref(recall())

  const store = (next: WatchList[]) => {
    lists.value = next
    try {
      localStorage.setItem(STORED, JSON.stringify(next))
    } catch {
      // Without storage they last as long as the page.
    }
  }

  const keep = (added: WatchList) => store([...lists.value.filter(({ name }) => name !== added.name), added])
  const forget = (name: string) => store(lists.value.filter((each) => each.name !== name))
  return { lists, keep, forget }
}
