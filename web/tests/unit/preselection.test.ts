import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { configureClient } from '@/api/client'
import { providePreselection, type PreselectionContext } from '@/composables/usePreselection'
import { useSelectionTab } from '@/composables/useSelectionTab'
import { chooseLanguage, currentLanguage } from '@/i18n'
import { after, mountPlain, NOW, refusal, serve, viewWith } from './support'

function provided(): PreselectionContext {
  const holder: { context?: PreselectionContext } = {}
  mountPlain(
    defineComponent({
      setup() {
        holder.context = providePreselection('p1')
        return () => h('p')
      },
    }),
  )
  if (!holder.context) throw new Error('not mounted')
  return holder.context
}

test('opening a preselection only reads it', async () => {
  const calls = serve(() => ({ body: viewWith() }))
  const { view } = provided()
  await flushPromises()
  expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /preselections/p1'])
  expect(view.value?.stage).toBe('plate_selection')
})

test('an older view never replaces a newer one', async () => {
  serve(() => ({ body: viewWith({ now: after(5), stage: 'completed' }) }))
  const { view, apply } = provided()
  await flushPromises()
  apply(viewWith({ now: NOW, stage: 'plate_selection' }))
  expect(view.value?.stage).toBe('completed')
  apply(viewWith({ now: after(6), stage: 'registered' }))
  expect(view.value?.stage).toBe('registered')
})

test('events of the stream become the view', async () => {
  const event = `event: preselection\ndata: ${JSON.stringify(viewWith({ now: after(1), stage: 'completed' }))}\n\n`
  vi.stubGlobal('fetch', async (address: string) =>
    address.endsWith('/events') ? new Response(event) : new Response(JSON.stringify(viewWith())),
  )
  const { view } = provided()
  await vi.waitFor(() => expect(view.value?.stage).toBe('completed'))
})

test('a change of language opens the stream again, in that language, and ends the old one', async () => {
  const streams: { language: string | null; signal: AbortSignal | null | undefined }[] = []
  configureClient({ token: () => null, language: currentLanguage, onSignedOut: () => undefined, onServerTime: () => undefined })
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    if (!address.endsWith('/events')) return new Response(JSON.stringify(viewWith()))
    streams.push({ language: new Headers(init.headers).get('Accept-Language'), signal: init.signal })
    return new Response(new ReadableStream())
  })
  provided()
  await vi.waitFor(() => expect(streams).toHaveLength(1))
  await chooseLanguage('en')
  await vi.waitFor(() => expect(streams.map(({ language }) => language)).toEqual(['zh-CN', 'en']))
  expect(streams.map(({ signal }) => signal?.aborted)).toEqual([true, false])
  await chooseLanguage('zh-CN')
})

test('what cannot be read is a problem, and the view is empty', async () => {
  serve(() => refusal(404, 'not_found'))
  const { view, problem } = provided()
  await flushPromises()
  expect([view.value, problem.value?.code]).toEqual([null, 'not_found'])
})

test('随机 opens first, and 自编 where nothing can be drawn or chosen any more', () => {
  expect(useSelectionTab(viewWith()).tab.value).toBe('draw')
  const drawn = { draws: { remaining: 0, batch_size: 10, total: 5 } }
  expect(useSelectionTab(viewWith(drawn)).tab.value).toBe('compose')
  const held = { ...drawn, candidates: { numbers: ['粤B12345'], expires_at: after(9) } }
  expect(useSelectionTab(viewWith(held)).tab.value).toBe('draw')
})
