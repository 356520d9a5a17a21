import { ref } from 'vue'

/** Announcements for screen readers only; App.vue holds the one live region. */
const announcement = ref('')

export function useAnnouncer() {
  const announce = (words: string) => {
    // The same text would not be read again without a change in between.
    announcement.value = announcement.value === words ? `${words} ` : words
  }
  return { announcement, announce }
}
