import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser'
import { photograph, SIZES } from './photographer'
import { SHORT_ENDINGS } from './walks/endings'
import { goThrough, type Walk } from './walks/walk'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser(['--lang=zh-CN'])
})
afterAll(() => browser.close())

const each = SHORT_ENDINGS.flatMap((walk: Walk) => SIZES.map((size) => ({ walk, size, name: walk.name, width: size.width })))

test.each(each)('the views of $name at $width px', async ({ walk, size }) => {
  expect(await goThrough(browser, walk, size, photograph(size))).toEqual([])
})
