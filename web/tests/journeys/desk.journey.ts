import { expect, test } from 'vitest'
import { BASE, theBrowser, visit, type Visitor } from './browser'
import { callAs, theClerkOf, type User } from './demoWorld'
import { anApplicant } from './people'
import { reachCompleted, reachNotes, show } from './shortcuts'
import { signIn } from './steps'
import { scanVoucher } from './voucherScanner'

const browser = await theBrowser()

/** A completed preselection, with the applicant's page that shows it. */
async function reserve({ page }: Visitor, user: User): Promise<{ office: string; number: string }> {
  const reached = await reachNotes(user)
  const number = await reachCompleted(user, reached)
  await show(page, user, reached, '完成号牌预选')
  return { office: reached.office, number }
}

test('a clerk finds the reservation, confirms it, and the applicant sees it at once', async () => {
  const user = await anApplicant()
  const applicant = await visit(browser)
  const { office, number } = await reserve(applicant, user)
  const clerk = await visit(browser, { width: 1200, height: 800 })
  await clerk.page.goto(`${BASE}/desk`)
  await signIn(clerk.page, await theClerkOf(office))
  await clerk.page.getByLabel('号牌号码（可不带前两位）').fill(number.slice(2))
  await clerk.page.getByRole('button', { name: '查询', exact: true }).click()
  await clerk.page.getByRole('button', { name: `办理 ${number}` }).click()
  await clerk.page.getByRole('button', { name: '确认办理', exact: true }).click()
  await clerk.page.getByRole('dialog').getByText('请核对车辆与号牌').waitFor()
  await clerk.page.getByRole('button', { name: '核对无误，确认办理' }).click()
  await clerk.page.getByText(`已确认 ${number}`).waitFor()
  await applicant.page.getByRole('heading', { name: '已办理完成' }).waitFor()

  const [latest] = (await callAs(user.user, 'GET', '/preselections') as { items: { stage: string; plate: string }[] }).items
  expect(latest).toMatchObject({ stage: 'registered', plate: number })
  expect([...applicant.faults, ...clerk.faults]).toEqual([])
  await Promise.all([applicant.context.close(), clerk.context.close()])
})

test('a clerk scans the voucher: the scanner types its token and Enter, the second scan warns, and the desk confirms', async () => {
  const user = await anApplicant()
  const applicant = await visit(browser)
  const { office, number } = await reserve(applicant, user)
  const token = await scanVoucher(user.user, applicant.page.url().split('/').at(-1) ?? '')

  const { page, context, faults } = await visit(browser, { width: 1200, height: 800 })
  await page.goto(`${BASE}/desk`)
  await signIn(page, await theClerkOf(office))
  const field = page.locator('input[name="voucher"]')
  const scan = async () => {
    await page.keyboard.type(token)
    await page.keyboard.press('Enter')
    await page.getByTestId('reservation').getByRole('definition').getByText(number).waitFor()
  }
  await scan()
  expect(await field.inputValue()).toBe('')
  expect(await page.getByText(/该凭证已于.+查验过/).count()).toBe(0)
  // Neither a reload nor a focus elsewhere makes the scan go amiss.
  await page.reload()
  await page.getByRole('heading', { name: '待办预选' }).waitFor()
  await page.getByRole('button', { name: '查询', exact: true }).focus()
  await scan()
  await page.getByText(/请注意：该凭证已于\d{4}年\d+月\d+日 \d+:\d+查验过，请勿重复办理。/).waitFor()
  await page.getByRole('button', { name: '确认办理', exact: true }).click()
  await page.getByRole('button', { name: '核对无误，确认办理' }).click()
  await page.getByText(`已确认 ${number}`).waitFor()
  await applicant.page.getByRole('heading', { name: '已办理完成' }).waitFor()
  expect([...applicant.faults, ...faults]).toEqual([])
  await Promise.all([applicant.context.close(), context.close()])
})

test('a clerk rejects with a reason: the applicant sees the end, and is not banned', async () => {
  const user = await anApplicant()
  const applicant = await visit(browser)
  const { office, number } = await reserve(applicant, user)
  const { page, context, faults } = await visit(browser, { width: 1200, height: 800 })
  await page.goto(`${BASE}/desk`)
  await signIn(page, await theClerkOf(office))
  await page.getByRole('button', { name: `办理 ${number}` }).click()
  await page.getByRole('button', { name: '驳回' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '确认驳回' }).click()
  await dialog.getByText('请填写驳回原因。').waitFor()
  await dialog.getByLabel('驳回原因').fill('卖方撤回')
  await dialog.getByRole('button', { name: '确认驳回' }).click()
  await page.getByText(`已驳回 ${number}`).waitFor()
  await applicant.page.getByRole('heading', { name: '预选已取消' }).waitFor()
  await applicant.page.getByText('车管所未予办理，原因：卖方撤回').waitFor()
  await applicant.page.getByRole('link', { name: '为另一辆车预选' }).click()
  await applicant.page.getByRole('button', { name: '提交信息' }).waitFor()
  expect([...applicant.faults, ...faults]).toEqual([])
  await Promise.all([applicant.context.close(), context.close()])
})

test('an applicant has no way to the desk', async () => {
  const { page, context } = await visit(browser)
  await page.goto(`${BASE}/desk`)
  await signIn(page, await anApplicant())
  await page.getByRole('heading', { name: '当前登录的账户没有使用本页的权限。' }).waitFor()
  await context.close()
})
