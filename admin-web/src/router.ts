import { ElMessage } from 'element-plus'
import { watch } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { PRODUCT } from './brand'
import { rooms } from './rooms'
import { gate, keepUnit } from './session/guard'
import { farewell, token } from './session/token'

const pages = rooms.flatMap((it) => it.pages)

export const router = createRouter({
  history: createWebHistory('/admin/'),
  routes: [
    ...pages.filter((it) => it.meta?.isPublic),
    {
      path: '/',
      component: () => import('./layout/ShellPage.vue'),
      children: [
        // Where a person lands depends on their posts; the shell sends them on.
        { path: '', name: 'home', component: { render: () => null } },
        ...pages.filter((it) => !it.meta?.isPublic),
        {
          path: '/:rest(.*)*',
          name: 'lost',
          component: () => import('./layout/LostPage.vue'),
          meta: { title: '没有这个页面', isPersonal: true },
        },
      ],
    },
  ],
  // A page with places of its own (`#devices`) goes to them itself, once they are there.
  scrollBehavior: (to, from, saved) => saved ?? (to.hash || to.path === from.path ? false : { top: 0 }),
})

router.beforeEach((to, from) => gate(to, token.value !== null) ?? keepUnit(to, from) ?? true)

router.afterEach((to) => {
  document.title = to.meta.title ? `${to.meta.title} · ${PRODUCT}` : PRODUCT
})

// A page's own file that does not arrive: no network, or a new version was put out since this tab was opened.
// When there is no page yet at all, App.vue says so instead.
router.onError((_error, _to, from) => {
  if (from.matched.length > 0) ElMessage.error('这一页没有打开，请检查网络，或刷新浏览器再试')
})

// Signed out here, in another tab or by the server: all three end at the sign-in page. Who was thrown out finds
// back to where they were; who left on purpose may hand the computer to somebody else.
watch(token, (now) => {
  const here = router.currentRoute.value
  if (now !== null || here.meta.isPublic) return
  void router.replace({ name: 'sign-in', query: farewell.value ? { then: here.fullPath } : {} })
})
