import type { Page } from 'playwright-core'
import { BASE } from '../browser'
import { draw, putAside } from '../steps'
import type { View, Walk } from './walk'

export const OFFICE = '440300'
const OIDC = '/demo/oidc'
const AUTHORIZE = new URLSearchParams({
  response_type: 'code',
  client_id: 'xuanhao-web',
  scope: 'openid',
  redirect_uri: `${BASE}/signin/callback`,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})

async function startPractice(page: Page): Promise<void> {
  await page.locator('main .van-button--primary:enabled').first().click()
  await page.locator('input[autocomplete="one-time-code"]').waitFor()
}

async function practiseDrawing(page: Page): Promise<void> {
  await page.getByRole('button', { name: '获取验证码' }).click()
  await page.getByLabel('短信验证码').fill('000000')
  await page.getByRole('button', { name: '确认', exact: true }).click()
  const [number = ''] = await draw(page)
  await putAside(page, number)
}

async function winAtPractice(page: Page): Promise<void> {
  await page.locator('.selection-bar').getByRole('button', { name: '确认选号' }).click()
  await page.getByRole('button', { name: '确认选用该号牌' }).click()
  await page.getByText('实际选号时，此号牌即为您预选的号牌。').waitFor()
}

async function openHelp(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: '帮助' }).click()
  await page.locator('dialog[open] details').first().waitFor()
}

/** What everybody reads without signing in. */
const PUBLIC: View[] = [
  { name: 'introduction', path: '/', ready: 'main .van-button--primary' },
  { name: 'help over the page', open: openHelp },
  { name: 'offices of segments', path: '/segments', ready: 'main select, main input' },
  { name: 'number pool', path: `/segments?office=${OFFICE}`, ready: '.segment' },
  { name: 'practice', path: '/practice', ready: 'main .van-button--primary:enabled' },
  { name: 'practice identity', open: startPractice },
  { name: 'practice selection', open: practiseDrawing },
  { name: 'practice over', open: winAtPractice },
  { name: 'fairness', path: '/fairness', ready: '[data-day]' },
  { name: 'help', path: '/help', ready: 'details', open: (page) => page.locator('summary').first().click() },
  { name: 'offline', path: '/offline.html', ready: 'h1' },
  { name: 'no such page', path: '/no-such-page', ready: 'h1' },
]

const DEMO: View[] = [
  { name: 'demo phone', path: '/demo/phone', ready: 'input#user' },
  { name: 'demo phone of a user', path: '/demo/phone?user=applicant-001', ready: 'ol' },
  { name: 'demo sign-in', path: `${OIDC}/authorize?${AUTHORIZE}`, ready: '.quick button' },
  { name: 'demo sign-in of another application', path: `${OIDC}/authorize?client_id=another`, ready: 'h1' },
  { name: 'demo signed out', path: `${OIDC}/end_session`, ready: 'h1' },
]

const publicly = (name: string, views: View[]): Walk => ({ name, begin: () => Promise.resolve({ user: null, views }) })

/** The pages that need no account. A new page is one row. */
export const PAGES: Walk[] = [publicly('public pages', PUBLIC), publicly('pages of the demo', DEMO)]
