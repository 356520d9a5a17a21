import './styles/vant'
import './styles/base.css'
import './styles/shared.css'
import './styles/display.css'
import './styles/print.css'
import { createApp } from 'vue'
import App from './App.vue'
import { configureClient } from './api/client'
import { guardDrafts } from './auth/drafts'
import { accessToken, renew } from './auth/session'
import { syncServerClock } from './composables/useServerClock'
import { restoreDisplay } from './composables/useDisplay'
import { currentLanguage, i18n, restoreLanguage } from './i18n'
import { router } from './router'

configureClient({
  token: accessToken,
  language: currentLanguage,
  onSignedOut: renew,
  onServerTime: syncServerClock,
})

async function start(): Promise<void> {
  await restoreLanguage().catch(() => undefined)
  createApp(App).use(i18n).use(router).mount('#app')
}

restoreDisplay()
guardDrafts()
void start()
// It only shows a page without a network; without it everything else works.
void navigator.serviceWorker?.register('/sw.js').catch(() => undefined)
