import { ref } from 'vue'

/** 长辈版: large type and high contrast, kept in this browser. */
const KEY = 'xuanhao.display'
const LARGE = 'large'
const isLarge = ref(false)

export function useDisplay() {
  return { isLarge, toggle: () => show(!isLarge.value) }
}

/** As it was chosen last time. */
export function restoreDisplay(): void {
  try {
    if (localStorage.getItem(KEY) === LARGE) show(true)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function show(large: boolean): void {
  isLarge.value = large
  if (large) document.documentElement.dataset.display = LARGE
  else delete document.documentElement.dataset.display
  try {
    localStorage.setItem(KEY, large ? LARGE : '')
  } catch {
    // The same.
  }
}
