import { defineConfig } from 'vitest/config'

// Journeys drive a real Chromium against a whole running stack, one file after another. `short` ones need a stack with
// short deadlines (see README.md), `screens` takes the pictures.
const kind = process.env.XUANHAO_JOURNEYS ?? 'journey'

export default defineConfig({
  test: {
    environment: 'node',
    include: [`tests/journeys/**/*.${kind}.ts`],
    fileParallelism: false,
    testTimeout: kind.startsWith('screens') ? 300_000 : 120_000,
    hookTimeout: 120_000,
  },
})
