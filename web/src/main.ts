import './styles/vant'
import './styles/base.css'
import './styles/print.css'
import { createApp } from 'vue'
import App from './App.vue'
import { configureClient } from './api/client'
import { accessToken, renew } from './auth/session'
import { syncServerClock } from './composables/useServerClock'
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

void start()
