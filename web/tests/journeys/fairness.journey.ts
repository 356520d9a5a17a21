import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { BASE, theBrowser, visit } from './browser'

const recorded = JSON.parse(readFileSync('tests/fairness-day.json', 'utf8')) as {
  own: { draw_id: string; day: string; nonce: string; numbers: string[] }[]
  files: Record<string, string>
}
const [own] = recorded.own

const browser = await theBrowser()

async function check(page: Page, change: (name: string, content: Buffer) => Buffer = (_, content) => content): Promise<string> {
  const files = Object.entries(recorded.files).map(([name, content]) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: change(name, Buffer.from(content, 'base64')),
  }))
  await page.locator(`[data-draw="${own?.draw_id}"] input[type="file"]`).setInputFiles(files)
  await page.getByRole('button', { name: '核对', exact: true }).click()
  const verdict = page.locator('.verdict')
  await verdict.waitFor()
  return (await verdict.getAttribute('data-flaw')) ?? ''
}

test('one\'s own draw is verified in the browser without a network, and a changed file is found', async () => {
  const { page, context, faults } = await visit(browser)
  await page.addInitScript(
    (draw) => localStorage.setItem('xuanhao.draws', JSON.stringify([draw])),
    { ...own, at: '2026-11-23T02:00:31.000Z' },
  )
  await page.goto(`${BASE}/fairness`)
  await page.locator('[data-day]').first().waitFor()
  await context.setOffline(true)
  expect(await check(page)).toBe('')
  await page.getByText('正确：这次抽号的号牌').waitFor()
  const changed = await check(page, (name, content) =>
    name === 'draws.jsonl' ? Buffer.from(content.toString().replace(own?.numbers[0] ?? '', '粤BA0000')) : content,
  )
  expect(changed).toBe('kept')
  expect(await check(page, (name, content) => (name.startsWith('log') ? content.subarray(0, -300) : content))).toBe('files')
  expect(faults).toEqual([])
  await context.close()
})
