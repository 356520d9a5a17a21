import { inject, onMounted, onScopeDispose, provide, ref, shallowRef, watch, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { openEventStream, type StreamState } from '@/api/eventStream'
import { eventsPath, fetchOne } from '@/api/preselections'
import { asProblem, type Problem } from '@/api/problem'
import type { PreselectionView } from '@/api/types'
import { i18n } from '@/i18n'
import { syncServerClock } from './useServerClock'

/** One preselection's view of the server, updated by its event stream. Screens read it and store every newer view. */
export interface PreselectionContext {
  id: string
  view: Readonly<ShallowRef<PreselectionView | null>>
  problem: Readonly<ShallowRef<Problem | null>>
  stream: Readonly<Ref<StreamState>>
  /** Why this page is back at 选号服务说明 without having asked for it. */
  thrownBack: Readonly<Ref<ThrownBack | null>>
  apply: (view: PreselectionView) => void
  refresh: () => Promise<void>
}

export type ThrownBack = 'idle' | 'elsewhere' | 'handed'

/** The same context for screens whose view does not come from a preselection of the server's. */
export const PRESELECTION: InjectionKey<PreselectionContext> = Symbol('preselection')

// A hidden tab closes its connection; browsers allow only six to one server.
const HIDDEN_CLOSE_MS = 30_000
const ENDS = new Set(['registered', 'overdue', 'cancelled'])

export function providePreselection(id: string): PreselectionContext {
  const view = shallowRef<PreselectionView | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const stream = ref<StreamState>('connecting')

  const thrownBack = ref<ThrownBack | null>(null)

  const apply = (next: PreselectionView) => {
    // Responses and events may arrive out of order; the server's clock shows which is newer.
    if (view.value && next.now < view.value.now) return
    syncServerClock(next.now)
    problem.value = null
    thrownBack.value = reasonOfReturn(view.value, next) ?? (next.stage === 'service_notes' ? thrownBack.value : null)
    view.value = next
  }

  const refresh = async () => {
    try {
      apply(await fetchOne(id))
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  followEvents(id, { apply, refresh, stream })
  const context = { id, view, problem, stream, thrownBack, apply, refresh }
  provide(PRESELECTION, context)
  return context
}

/** The preselection of the enclosing screen; its view is loaded, because the screen renders nothing before. */
export function usePreselection() {
  const context = inject(PRESELECTION)
  if (!context) throw new Error('usePreselection needs a screen that provides a preselection')
  return context
}

/** No act of this page leads back: either the session was idle for too long, or there was an entry elsewhere. */
function reasonOfReturn(before: PreselectionView | null, next: PreselectionView): ThrownBack | null {
  if (!before || before.stage === 'service_notes' || next.stage !== 'service_notes') return null
  if (before.phone !== next.phone) return 'handed'
  return before.session_until !== null && next.now >= before.session_until ? 'idle' : 'elsewhere'
}

interface Follower {
  apply: (view: PreselectionView) => void
  refresh: () => Promise<void>
  stream: Ref<StreamState>
}

function followEvents(id: string, { apply, refresh, stream }: Follower): void {
  let close: (() => void) | null = null
  let hiding: ReturnType<typeof setTimeout> | undefined

  const open = () => {
    close ??= openEventStream({
      path: eventsPath(id),
      onState: (state) => {
        stream.value = state
      },
      onEvent: (name, data) => {
        if (name !== 'preselection') return
        const view = JSON.parse(data) as PreselectionView
        apply(view)
        // Nothing follows after an end.
        if (ENDS.has(view.stage)) shut()
      },
    })
  }
  const shut = () => {
    close?.()
    close = null
  }
  // A stream keeps the language in which it was opened.
  watch(i18n.global.locale, () => {
    if (!close) return
    shut()
    open()
  })
  const onVisibility = () => {
    clearTimeout(hiding)
    if (document.hidden) {
      hiding = setTimeout(shut, HIDDEN_CLOSE_MS)
      return
    }
    open()
    void refresh()
  }

  onMounted(() => {
    void refresh()
    open()
    document.addEventListener('visibilitychange', onVisibility)
  })
  onScopeDispose(() => {
    clearTimeout(hiding)
    shut()
    document.removeEventListener('visibilitychange', onVisibility)
  })
}
