import type { Page } from 'playwright-core'
import { BASE } from './browser'
import { callAs } from './demoWorld'

/** A page as a row of the table: where it is, what shows that it has loaded, and what is done there before it is checked. */
export interface PageRow {
  name: string
  path: string
  ready: string
  open?: (page: Page) => Promise<void>
}

const OFFICE = '440300'
const OIDC = '/demo/oidc'
const AUTHORIZE = new URLSearchParams({
  response_type: 'code',
  client_id: 'xuanhao-web',
  scope: 'openid',
  redirect_uri: `${BASE}/signin/callback`,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})

const choose = (name: string, value: string, ready: string) => async (page: Page) => {
  await page.locator(`select[name="${name}"]`).selectOption(value)
  await page.locator(ready).first().waitFor()
}

async function startPractice(page: Page): Promise<void> {
  await page.locator('main .van-button--primary:enabled').first().click()
  await page.locator('input[autocomplete="one-time-code"]').waitFor()
}

/** The affairs that the pages of the operators list, so that none is checked empty. */
export async function prepareAffairs(): Promise<void> {
  await callAs('operator-1', 'POST', '/operations/withholdings', { numbers: ['粤B7777K'], reason: 'test' })
}

/** Every page that is reached by its address, by who signs in (`nobody`: without signing in). A new page is one row. */
export const PAGES: Record<string, PageRow[]> = {
  nobody: [
    { name: 'introduction', path: '/', ready: 'main .van-button--primary' },
    { name: 'segments', path: '/segments', ready: 'main select, main input' },
    { name: 'number pool', path: `/segments?office=${OFFICE}`, ready: '.segment' },
    { name: 'practice', path: '/practice', ready: 'main .van-button--primary:enabled' },
    { name: 'practice identity', path: '/practice', ready: 'main .van-button--primary:enabled', open: startPractice },
    { name: 'fairness', path: '/fairness', ready: '[data-day]' },
    { name: 'help', path: '/help', ready: 'details' },
    { name: 'offline', path: '/offline.html', ready: 'h1' },
    { name: 'no such page', path: '/no-such-page', ready: 'h1' },
    { name: 'demo phone', path: '/demo/phone', ready: 'input#user' },
    { name: 'demo phone of a user', path: '/demo/phone?user=applicant-001', ready: 'ol' },
    { name: 'demo sign-in', path: `${OIDC}/authorize?${AUTHORIZE}`, ready: '.quick button' },
    { name: 'demo sign-in of another application', path: `${OIDC}/authorize?client_id=another`, ready: 'h1' },
    { name: 'demo signed out', path: `${OIDC}/end_session`, ready: 'h1' },
  ],
  'applicant-001': [
    { name: 'offices', path: '/apply/office', ready: 'input[name="office"]' },
    { name: 'notice', path: `/apply/${OFFICE}/notice`, ready: 'main .van-button--primary' },
    { name: 'information', path: `/apply/${OFFICE}/information`, ready: 'main .van-button--primary' },
    { name: 'my preselections', path: '/preselections', ready: 'h1' },
  ],
  [`clerk-${OFFICE}`]: [{ name: 'desk', path: '/desk', ready: '[data-testid="counters"]' }],
  'operator-1': [
    { name: 'overview', path: '/operations', ready: '[data-figure]' },
    { name: 'inbox', path: '/operations/inbox', ready: '[data-group]' },
    { name: 'offices', path: '/operations/offices', ready: 'select[name="office"]', open: choose('office', OFFICE, '#calendar-title, .year') },
    { name: 'pool', path: '/operations/pool', ready: 'select[name="prefix"]', open: choose('prefix', '粤B', '#segments-title') },
    { name: 'people', path: '/operations/people', ready: 'h1' },
  ],
  'auditor-1': ['segments', 'withholdings', 'desk', 'looks/figures'].map((list) => ({
    name: `audit of ${list}`,
    path: '/audit',
    ready: 'select[name="list"]',
    open: choose('list', list, 'th'),
  })),
}
