import { defineConfig } from 'vitest/config'
import { REQUIREMENTS } from './tests/requirements'

// Journeys drive a real Chromium against a whole running stack, two files at a time, since they wait for countdowns more
// than they compute. `short` ones need a stack with short deadlines (see README.md), `screens` takes screenshots.
const kind = process.env.XUANHAO_JOURNEYS ?? 'journey'
const takesPictures = kind.startsWith('screens')

export default defineConfig({
  test: {
    environment: 'node',
    include: [`tests/journeys/**/*.${kind}.ts`],
    globalSetup: 'tests/journeys/chromium.ts',
    // Screenshots of the desk show the reservations of the applicants in the other screenshots.
    fileParallelism: !takesPictures,
    maxWorkers: 2,
    testTimeout: takesPictures ? 300_000 : 120_000,
    hookTimeout: 120_000,
    tags: REQUIREMENTS,
  },
})
