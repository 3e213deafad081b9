import type { RoomRoutes } from '../../rooms'

export default {
  pages: [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('./SignInPage.vue'),
      meta: { title: '登录', isPublic: true },
    },
  ],
} satisfies RoomRoutes
