import { mount, type VueWrapper } from '@vue/test-utils'
import { createMemoryHistory, createRouter } from 'vue-router'
import { vi } from 'vitest'
import { defineComponent, h, type Component } from 'vue'
import { i18n } from '@/i18n'
import { providePreselection } from '@/composables/usePreselection'
import type { PreselectionView } from '@/api/types'

export const NOW = '2026-11-23T02:10:00.000Z'

/** An instant so many seconds after NOW. */
export function after(seconds: number): string {
  return new Date(Date.parse(NOW) + seconds * 1000).toISOString()
}

export function viewWith(changes: Partial<PreselectionView> = {}): PreselectionView {
  return {
    id: 'p1',
    stage: 'plate_selection',
    now: NOW,
    office: { code: '440300', name: '深圳车管所', address: '龙井路1号', prefixes: ['粤B'], hours: null, telephone: null, coordinates: null },
    vehicle: { vin: 'L************7371', certificate_number: '********5678', seller_name: '张*' },
    phone: '138****8000',
    composed: { remaining: 20, max_per_submission: 5, confirm_enabled_at: NOW },
    draws: { remaining: 5, batch_size: 10, total: 5 },
    session_until: null,
    identity: null,
    batch: null,
    candidates: null,
    last_submission: null,
    plate: null,
    visit_by: null,
    deadline: null,
    rejection: null,
    success_sms: null,
    ban: null,
    appeal: null,
    terms: { validity: 'P3D', validity_working_days: true, ban: 'P2Y' },
    cancellation_allowed: false,
    ...changes,
  }
}

export const BATCH_NUMBERS = ['粤B12345', '粤BA1234', '粤BAB123', '粤B1A234', '粤B12A34', '粤B123A5', '粤B1234A', '粤BA123B', '粤B123AB', '粤BA1B23']

export interface Call {
  method: string
  path: string
  key: string | null
  body: unknown
}

type Answer = { status?: number; body: unknown } | 'no answer'

/** Answers every request of the page; the calls are kept in order. */
export function serve(answer: (call: Call) => Answer | Promise<Answer>): Call[] {
  const calls: Call[] = []
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    const call = {
      method: init.method ?? 'GET',
      path: String(address).replace('/api/v1', ''),
      key: headers.get('Idempotency-Key'),
      body: init.body ? JSON.parse(String(init.body)) : undefined,
    }
    if (call.path.endsWith('/events')) return new Promise(() => undefined)
    calls.push(call)
    const given = await answer(call)
    if (given === 'no answer') throw new TypeError('failed to fetch')
    return new Response(JSON.stringify(given.body), { status: given.status ?? 200 })
  })
  return calls
}

export function refusal(status: number, code: string, facts: object = {}): Answer {
  return { status, body: { type: 'about:blank', title: code, status, detail: `说明 ${code}`, code, ...facts } }
}

export function mountPlain(component: Component, props: Record<string, unknown> = {}): VueWrapper {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  return mount(component, { props, attachTo: document.body, global: { plugins: [i18n, router] } })
}

/** Mounts a component inside a screen that provides a preselection, with the view that the server gave last. */
export function mountInPreselection(component: Component): VueWrapper {
  const screen = defineComponent({
    setup() {
      const { view } = providePreselection('p1')
      return () => (view.value ? h(component, { view: view.value }) : null)
    },
  })
  return mountPlain(screen)
}
