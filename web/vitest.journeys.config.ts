import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { REQUIREMENTS } from './tests/requirements'

// Journeys drive a real Chromium against a whole running stack, two files at a time, since they wait for countdowns more
// than they compute. `screens` takes screenshots.
const kind = process.env.XUANHAO_JOURNEYS ?? 'journey'
const takesPictures = kind === 'screens'

const LONGEST_FIRST = ['stages', 'pages', 'deadlines', 'applicant', 'desk', 'staff'].map((name) => `/${name}.journey.ts`)

/** No worker should end long after the other. */
class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = LONGEST_FIRST.findIndex((ending) => moduleId.endsWith(ending))
      return rank < 0 ? LONGEST_FIRST.length : rank
    }
    return Promise.resolve(files.toSorted((one, other) => rankOf(one) - rankOf(other)))
  }
}

export default defineConfig({
  test: {
    environment: 'node',
    include: [`tests/journeys/**/*.${kind}.ts`],
    globalSetup: 'tests/journeys/chromium.ts',
    // The files of a worker share its Chromium, and what they have read of the demo.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Screenshots of the desk show the reservations of the applicants in the other screenshots.
    fileParallelism: !takesPictures,
    maxWorkers: 2,
    testTimeout: takesPictures ? 300_000 : 120_000,
    hookTimeout: 120_000,
    tags: REQUIREMENTS,
  },
})
