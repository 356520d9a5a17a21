import { ref } from 'vue'

/** Words for screen readers that need no place on the screen; App.vue holds the one live region. */
const announcement = ref('')

export function useAnnouncer() {
  const announce = (words: string) => {
    // The same words twice would not be read again without a change in between.
    announcement.value = announcement.value === words ? `${words} ` : words
  }
  return { announcement, announce }
}
