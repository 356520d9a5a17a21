import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { REQUIREMENTS } from './tests/requirements'

// During development the API comes from a running stack; the built pages are served by the API itself.
const backend = process.env.XUANHAO_BASE_URL ?? 'http://127.0.0.1:8000'
const proxied = ['/api', '/demo', '/config.json', '/openapi.json', '/readyz']

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_I18N_LEGACY_API__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: { target: 'es2022', manifest: true, cssCodeSplit: true, assetsInlineLimit: 0 },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: backend, changeOrigin: false }])) },
  test: {
    environment: 'happy-dom',
    // See tests/setup.ts.
    isolate: false,
    // A test that replays a day computes for seconds where other tests take the processor.
    testTimeout: 30_000,
    include: ['tests/unit/**/*.test.ts'],
    restoreMocks: true,
    setupFiles: ['tests/setup.ts'],
    tags: REQUIREMENTS,
  },
})
