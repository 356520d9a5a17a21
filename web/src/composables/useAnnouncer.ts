import { ref, watch } from 'vue'
import { i18n } from '@/i18n'

/** Announcements for screen readers only; App.vue holds the one live region. */
const announcement = ref('')
// What was announced stays in its language, and would be found beside the words of another.
watch(i18n.global.locale, () => {
  announcement.value = ''
})

export function useAnnouncer() {
  const announce = (words: string) => {
    // The same text would not be read again without a change in between.
    announcement.value = announcement.value === words ? `${words} ` : words
  }
  return { announcement, announce }
}
