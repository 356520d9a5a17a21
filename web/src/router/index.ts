import type { Component } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { AGAIN_PATH, CALLBACK_PATH } from '@/auth/oidc'
import type { Role } from '@/auth/roles'
import { returnFromProvider, loadProvider, signIn, useSession } from '@/auth/session'
import { isReturningVisitor } from '@/auth/visitorHint'
import { askWhetherToLeave, useSessionHere } from '@/composables/useSessionHere'
import { loadStaffWords } from '@/i18n/staff/words'
import EntranceScreen from '@/screens/EntranceScreen.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** The screen needs a signed-in user. */
    signedIn?: boolean
    role?: Role
  }
}

/** A screen of the staff, with its words. */
const staff = (load: () => Promise<unknown>) => async () => {
  const [screen] = await Promise.all([load(), loadStaffWords()])
  return screen as { default: Component }
}

const applicant = { signedIn: true, role: 'applicant' } as const

const operator = { signedIn: true, role: 'operator' } as const

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'entrance', component: EntranceScreen },
  { path: '/apply/office', component: () => import('@/screens/OfficeScreen.vue'), meta: applicant },
  { path: '/apply/:office/notice', component: () => import('@/screens/NoticeScreen.vue'), props: true, meta: applicant },
  {
    path: '/apply/:office/information',
    component: () => import('@/screens/InformationScreen.vue'),
    props: true,
    meta: applicant,
  },
  { path: '/preselections', name: 'mine', component: () => import('@/screens/MineScreen.vue'), meta: applicant },
  { path: '/preselections/:id', component: () => import('@/screens/PreselectionScreen.vue'), props: true, meta: applicant },
  { path: '/practice', component: () => import('@/screens/PracticeScreen.vue') },
  { path: '/help', component: () => import('@/screens/HelpScreen.vue') },
  { path: '/segments', component: () => import('@/screens/SegmentsScreen.vue') },
  { path: '/fairness', component: () => import('@/screens/FairnessScreen.vue') },
  { path: '/desk', name: 'desk', component: staff(() => import('@/screens/DeskScreen.vue')), meta: { signedIn: true, role: 'clerk' } },
  { path: '/operations', component: staff(() => import('@/screens/staff/OverviewScreen.vue')), meta: operator },
  { path: '/operations/inbox', component: staff(() => import('@/screens/staff/InboxScreen.vue')), meta: operator },
  { path: '/operations/offices', component: staff(() => import('@/screens/staff/OfficesScreen.vue')), meta: operator },
  { path: '/operations/pool', component: staff(() => import('@/screens/staff/PoolScreen.vue')), meta: operator },
  { path: '/operations/people', component: staff(() => import('@/screens/staff/PeopleScreen.vue')), meta: operator },
  { path: '/audit', component: staff(() => import('@/screens/staff/AuditScreen.vue')), meta: { signedIn: true, role: 'auditor' } },
  { path: CALLBACK_PATH, component: EntranceScreen },
  { path: AGAIN_PATH, component: () => import('@/screens/SignedInAgainScreen.vue'), meta: { signedIn: true } },
  { path: '/:rest(.*)*', component: () => import('@/screens/NotFoundScreen.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

const { state } = useSession()

router.beforeEach(async (to) => {
  // The code is removed from the URL at once and replaced by the wanted page.
  if (to.path === CALLBACK_PATH) {
    const target = await returnFromProvider(new URLSearchParams(location.search))
    const { path, query, hash } = router.resolve(target)
    return { path, query, hash, replace: true }
  }
  if (state.value !== 'unknown') return true
  // Nobody who was not signed in waits for the settings: they come while the page is read.
  if (!isReturningVisitor()) {
    state.value = 'signed-out'
    void loadProvider()
    return true
  }
  await loadProvider()
  if (state.value !== 'unknown') return true
  await signIn(to.fullPath, true)
  return false
})

const { liveNow } = useSessionHere()

// The first page of a visit and a reload are no leaving, and have no session in this window's memory.
router.beforeEach(async (to) => {
  const live = to.name === 'entrance' ? liveNow() : null
  if (!live || (await askWhetherToLeave())) return true
  return { path: `/preselections/${live.id}`, replace: true }
})
