import { defineConfig } from 'vitest/config'

// Journeys drive a real Chromium against a whole running stack, one file after another.
export default defineConfig({
  test: {
    environment: 'node',
    include: ['tests/journeys/**/*.journey.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
