import { test } from 'vitest'
import { theBrowser } from './browser'
import { checkWalk } from './variants'
import { PAGES } from './walks/pages'
import { STAFF } from './walks/staff'

const browser = await theBrowser()

test.each([...PAGES, ...STAFF])('no view of $name has a flaw in any variant', (walk) => checkWalk(browser, walk), 240_000)
