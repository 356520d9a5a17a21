import { test } from 'vitest'
import { theBrowser } from './browser'
import { helpByKeyboard } from './helpOnSteps'
import { checkWalk } from './variants'
import { APPLICANT } from './walks/applicant'
import { ENDINGS } from './walks/endings'

const browser = await theBrowser()

test.each([APPLICANT, ...ENDINGS])('no view of $name has a flaw in any variant, and each step has its help', (walk) => checkWalk(browser, walk, helpByKeyboard), 240_000)
