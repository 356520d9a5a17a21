import { describe, expect, test } from 'vitest'
import { inspect } from './axe'
import { BASE, theBrowser, visit } from './browser'
import { aTakenNumber, callAs } from './demoWorld'
import { aHurriedApplicant } from './people'
import { showSelection } from './shortcuts'
import { confirmCandidate, draw, putAside, signIn } from './steps'

const browser = await theBrowser()

/** Somebody at 预选号牌, and what ends their visit: no page may have complained, and axe found nothing serious. */
async function selecting() {
  const visitor = await visit(browser)
  const { page, context, faults } = visitor
  const user = await aHurriedApplicant()
  await showSelection(page, user)
  const { look, flaws } = inspect(page)
  const leave = async () => {
    await context.close()
    expect([...faults, ...flaws]).toEqual([])
  }
  const heading = (name: string) => page.getByRole('heading', { name, level: 1 })
  return { page, user, heading, look, leave }
}

/** One operator reads and grants the appeal of this preselection on the page, and another one confirms it there. */
async function grantTheAppeal(id: string): Promise<void> {
  const appealOf = async (name: string) => {
    const { page, context, faults } = await visit(browser, { width: 1200, height: 900 })
    await page.goto(BASE)
    await signIn(page, { user: name, name, roles: [] })
    await page.waitForURL(`${BASE}/operations`)
    await page.goto(`${BASE}/operations/people`)
    const leave = async () => {
      await context.close()
      expect(faults).toEqual([])
    }
    return { page, appeal: page.getByTestId('appeal').filter({ hasText: id }), leave }
  }
  const first = await appealOf('operator-1')
  await first.appeal.getByText('车辆在运输途中受损。').waitFor()
  const [file] = await Promise.all([first.page.waitForEvent('download'), first.appeal.getByRole('button', { name: /^附件/ }).click()])
  expect(file.suggestedFilename()).toBe('appeal.pdf')
  const { look, flaws } = inspect(first.page)
  await first.appeal.getByRole('button', { name: '准予申诉' }).click()
  await first.page.getByRole('dialog').getByLabel('事由').fill('情况属实。')
  await look('the decision about an appeal')
  await first.page.getByRole('dialog').getByRole('button', { name: '准予申诉' }).click()
  await first.appeal.getByText('申诉获准 (operator-1').waitFor()
  expect(await first.appeal.getByRole('button', { name: '复核：申诉获准' }).isDisabled()).toBe(true)
  await look('people with an appeal')
  expect(flaws).toEqual([])
  await first.leave()
  const second = await appealOf('operator-2')
  await second.page.goto(`${BASE}/operations/inbox`)
  await second.page.getByRole('link', { name: '去「人员事务」复核申诉' }).click()
  await second.appeal.getByRole('button', { name: '复核：申诉获准' }).click()
  await second.appeal.waitFor({ state: 'detached' })
  await second.leave()
}

// Each of them waits most of its time for the server's deadlines, so they wait together.
describe.concurrent('deadlines', () => {
  test('at zero the drawn numbers are void, while the candidate stays until its own end', async () => {
    const { page, leave } = await selecting()
    const [number = ''] = await draw(page)
    await putAside(page, number)
    // The numbers stay grey for some seconds, with the words that they are void.
    // The same words are announced to screen readers elsewhere on the page.
    await page.getByRole('tabpanel', { name: '随机' }).getByText('随机号牌已失效。').waitFor({ timeout: 30_000 })
    expect(await page.locator('[data-number]:enabled').count()).toBe(0)
    expect(await page.locator(`input[name="candidate"][value="${number}"]`).count()).toBe(1)
    await page.locator('input[name="candidate"]').waitFor({ state: 'detached', timeout: 30_000 })
    await leave()
  })

  test('both kinds of chances used up: the page turns to the office by itself, and at the next entry too', async () => {
    const { page, user, heading, look, leave } = await selecting()
    // The page's own keyboard would offer no number that is certain to be taken, so another device submits one.
    const path = `/preselections/${page.url().split('/').at(-1)}`
    await page.getByRole('tab', { name: '自编' }).click()
    await page.getByRole('button', { name: '确认选号', exact: true }).waitFor()
    const taken = await aTakenNumber(user, path)
    await callAs(user.user, 'POST', `${path}/compositions`, { numbers: [taken] })
    await page.getByText('自编选号个数已用完，已为您切换至随机选号。').waitFor()
    // The reason of the last failure stands above the notice, although 自编 has closed by it.
    expect(await page.locator('.result').filter({ visible: true }).textContent()).toContain(taken)
    await draw(page)
    await heading('选号机会已用完').waitFor({ timeout: 60_000 })
    await page.goto(BASE)
    await heading('选号机会已用完').waitFor()
    await look('exhausted')
    await leave()
  })

  test('a missed deadline ends the preselection and bans the applicant', async () => {
    const { page, heading, look, leave } = await selecting()
    const [number = ''] = await draw(page)
    await putAside(page, number)
    await confirmCandidate(page, number)
    await heading('预选号牌已逾期').waitFor({ timeout: 60_000 })
    await look('overdue')
    await page.goto(BASE)
    await heading('已被列入选号黑名单').waitFor()
    await page.getByRole('link', { name: '对此有异议？提出或查看申诉' }).click()
    await page.getByRole('button', { name: '提交申诉' }).click()
    await page.getByText('请填写申诉理由。').waitFor()
    await page.getByLabel('申诉理由').fill('车辆在运输途中受损。')
    await page.getByLabel('证明材料').setInputFiles({ name: '说明.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 %%EOF') })
    await look('appeal')
    await page.getByRole('button', { name: '提交申诉' }).click()
    await page.locator('[data-appeal="open"]').waitFor()
    await look('open appeal')
    await page.goto(BASE)
    await heading('已被列入选号黑名单').waitFor()
    expect(await page.getByText(/自动解除时间/).isVisible()).toBe(true)
    await look('blacklisted')
    await page.getByRole('link', { name: '对此有异议？提出或查看申诉' }).click()
    await page.locator('[data-appeal="open"]').waitFor()
    await grantTheAppeal(page.url().split('/').at(-1)?.replace(/[?#].*/, '') ?? '')
    await page.reload()
    await page.locator('[data-appeal="granted"]').getByText('情况属实。').waitFor()
    await look('granted appeal')
    await leave()
  })
})
