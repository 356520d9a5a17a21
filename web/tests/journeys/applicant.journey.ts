import { afterEach, beforeEach, expect, test } from 'vitest'
import { BASE, theBrowser, visit, type Visitor } from './browser'
import { callAs, messagesOf, type User } from './demoWorld'
import { motions, motionsIn } from './motion'
import { anApplicant } from './people'
import { showSelection } from './shortcuts'
import { composeFree, confirmCandidate, draw, enterVehicle, putAside, submitComposition, verifyIdentity } from './steps'

const browser = await theBrowser()
let visitor: Visitor
let user: User

beforeEach(async () => {
  visitor = await visit(browser)
  user = await anApplicant()
})
afterEach(async () => {
  await visitor.context.close()
  expect(visitor.faults).toEqual([])
})

const heading = (name: string) => visitor.page.getByRole('heading', { name, level: 1 })
const preselectionId = () => visitor.page.url().split('/').at(-1) ?? ''

test('by draw: from the explanation to the completed preselection, and there again at the next entry', { tags: ['R-02', 'R-03', 'R-04', 'R-14', 'R-18', 'R-31', 'R-33', 'R-37', 'R-39', 'R-40', 'R-46'] }, async () => {
  const { page } = visitor
  await enterVehicle(page, user)
  await verifyIdentity(page, user)
  expect(await page.getByRole('button', { name: '随机一次(5)' }).isVisible()).toBe(true)
  const numbers = await draw(page)
  expect(new Set(numbers).size).toBe(10)
  expect(await page.locator('.batch .countdown').textContent()).toMatch(/距失效\d+秒/)
  expect(await page.getByRole('button', { name: '换一批(4)' }).isVisible()).toBe(true)
  await putAside(page, numbers[0] ?? '')
  // What counts down is on a phone's screen wherever the page is scrolled to.
  await page.setViewportSize({ width: 375, height: 667 })
  expect(await page.locator('.selection-bar .countdown').count()).toBe(2)
  for (const top of [0, 100_000]) {
    await page.evaluate((y) => scrollTo(0, y), top)
    expect(await page.evaluate(offScreen, ['.selection-bar', '.selection-bar .countdown', '.selection-bar .confirm'])).toEqual([])
  }
  await confirmCandidate(page, numbers[0] ?? '')
  expect(await page.getByText(/请于\d+月\d+日\(含\)前/).first().isVisible()).toBe(true)
  await page.goto(BASE)
  await heading('完成号牌预选').waitFor()
  expect(await page.getByTestId('coordinates').getByRole('link').getAttribute('href')).toMatch(/^geo:\d+\.\d+,\d+\.\d+$/)
})

test('不包含4: none of the ten holds the digit', { tags: ['R-36'] }, async () => {
  const { page } = visitor
  await showSelection(page, user)
  await page.getByLabel('不包含4').check()
  expect((await draw(page)).filter((number) => number.includes('4'))).toEqual([])
})

test('by composition: the on-screen keyboard alone fills the number, pressed by hand or by keys, and it is confirmed at once', { tags: ['R-18', 'R-19', 'R-28'] }, async () => {
  const { page } = visitor
  await showSelection(page, user)
  await page.getByRole('tab', { name: '自编' }).click()
  const slot = page.locator('.slot[aria-pressed="true"]')
  await slot.focus()
  // What a paste or an input method puts in goes nowhere, and neither does a key that the pool does not offer.
  await page.keyboard.insertText('12345')
  await slot.evaluate((element) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', '12345')
    element.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData }))
  })
  await page.keyboard.press('I')
  await page.getByText('号牌不使用字母I和O，请用数字1和0。').waitFor()
  expect(await slot.locator('svg').getAttribute('data-plate')).toHaveLength(2)
  // Slots, keyboard and button are on a phone's screen together, without scrolling.
  await page.setViewportSize({ width: 375, height: 667 })
  expect(await page.evaluate(offScreen, ['.slot', '.key', '.submit'])).toEqual([])
  // On the smallest phone too, once the page's header is scrolled away, as the page does when it opens there.
  await page.setViewportSize({ width: 320, height: 568 })
  await page.locator('section.panel').evaluate((panel) => panel.scrollIntoView())
  expect(await page.evaluate(offScreen, ['.slot', '.key', '.submit'])).toEqual([])
  await page.setViewportSize({ width: 375, height: 667 })
  let presses = 0
  const number = await composeFree(page, async (key) => {
    if (presses++ < 3) return key.click()
    return page.keyboard.press((await key.getAttribute('data-key')) ?? '')
  })
  await submitComposition(page)
  await heading('完成号牌预选').waitFor()
  expect(await page.getByRole('img', { name: `号牌 ${[...number].join(' ')}` }).count()).toBe(1)
  expect(await page.getByText(`第一意向 ${number.slice(0, 2)}·${number.slice(2)}：预选成功`).isVisible()).toBe(true)
})

test('a reload in every step reads the view and enters nothing again', async () => {
  const { page } = visitor
  await enterVehicle(page, user, { reloading: true })
  await page.reload()
  await heading('选号服务说明').waitFor()
  await page.getByRole('button', { name: '开始选号' }).click()
  await heading('身份验证').waitFor()
  await page.reload()
  await heading('身份验证').waitFor()
  await page.goto(BASE)
  await heading('选号服务说明').waitFor()
  await verifyIdentity(page, user)
  const numbers = await draw(page)
  await putAside(page, numbers[3] ?? '')
  await page.reload()
  await heading('预选号牌').waitFor()
  expect(await page.locator('[data-number]').count()).toBe(10)
  expect(await page.locator(`input[name="candidate"][value="${numbers[3]}"]`).count()).toBe(1)
  await confirmCandidate(page, numbers[3] ?? '')
  await page.reload()
  await heading('完成号牌预选').waitFor()
})

test('two tabs stay in step, and the second one joins without disturbing the first', async () => {
  const { page, context } = visitor
  await showSelection(page, user)
  const second = await context.newPage()
  await second.goto(BASE)
  await second.getByRole('heading', { name: '预选号牌', level: 1 }).waitFor()
  const numbers = await draw(page)
  await second.locator(`[data-number="${numbers[0]}"]`).waitFor()
  expect(await second.locator('[data-number]').count()).toBe(10)
  expect(await heading('预选号牌').isVisible()).toBe(true)
})

test('a second device\'s action appears by itself', async () => {
  const { page } = visitor
  await showSelection(page, user)
  await callAs(user.user, 'POST', `/preselections/${preselectionId()}/draws`, { exclude_four: false })
  await page.getByRole('button', { name: '换一批(4)' }).waitFor()
  expect(await page.locator('[data-number]').count()).toBe(10)
})

test('a lost connection and a double click cost one chance at most', async () => {
  const { page, context } = visitor
  await showSelection(page, user)
  await context.setOffline(true)
  await page.getByRole('button', { name: '随机一次(5)' }).dblclick()
  // The button turns while it is tried again, but not for those who want no motion.
  await page.locator('.van-loading__spinner').first().waitFor()
  expect(await page.evaluate(motions)).toContainEqual(expect.stringMatching(/moves$/))
  expect(await motionsIn(page)).toEqual([])
  await page.locator('[data-code="offline"]').waitFor({ timeout: 30_000 })
  await context.setOffline(false)
  await page.getByRole('button', { name: '随机一次(5)' }).dblclick()
  await page.getByRole('button', { name: '换一批(4)' }).waitFor()
  expect(await page.locator('[data-number]').count()).toBe(10)
})

test('the SMS about the success comes, the voucher and the page can be printed, and the day goes into a calendar', { tags: ['R-42', 'R-43'] }, async () => {
  const { page } = visitor
  await showSelection(page, user)
  const [number = ''] = await draw(page)
  await putAside(page, number)
  await confirmCandidate(page, number)
  const answer = page.waitForResponse((response) => response.url().endsWith('/voucher'))
  await page.getByRole('button', { name: '打印预选号凭证' }).click()
  expect((await answer).headers()['content-type']).toContain('application/pdf')
  const saved = page.waitForEvent('download', (file) => file.suggestedFilename() === `预选号凭证-${number}.pdf`)
  await page.getByRole('link', { name: '没有打开新页面？点此保存凭证' }).click()
  const noted = page.waitForEvent('download', (file) => file.suggestedFilename() === 'visit.ics')
  await page.getByRole('button', { name: '添加到日历' }).click()
  await Promise.all([saved, noted])
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByText('需携带的材料').isVisible()).toBe(true)
  expect(await page.locator('button:visible, header:visible, nav:visible, footer:visible').count()).toBe(0)
  await expect.poll(async () => (await messagesOf(user.user)).some(({ text }) => text.includes(number)), { timeout: 12_000 }).toBe(true)
})

/** Runs in the page: what is not wholly on the screen. */
function offScreen(selectors: string[]): string[] {
  return selectors.flatMap((selector) =>
    [...document.querySelectorAll(selector)].flatMap((element) => {
      const { top, bottom, height } = element.getBoundingClientRect()
      return height > 0 && top >= 0 && bottom <= innerHeight + 1 ? [] : [`${selector} from ${top} to ${bottom}`]
    }),
  )
}
