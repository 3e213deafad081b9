import type { RoomRoutes } from '../../rooms'

export default {
  pages: [
    {
      path: '/sign-in',
      name: 'sign-in',
      component: () => import('./SignInPage.vue'),
      meta: { title: '登录', isPublic: true },
    },
    {
      path: '/new-password',
      name: 'new-password',
      component: () => import('./NewPasswordPage.vue'),
      meta: { title: '设置新密码', isPublic: true },
    },
    {
      path: '/own-password',
      name: 'own-password',
      component: () => import('./OwnPasswordPage.vue'),
      meta: { title: '设置自己的密码', isPublic: true },
    },
    {
      // Signed in, but shut out of everything else until it is done: no shell around it.
      path: '/set-up-totp',
      name: 'set-up-totp',
      component: () => import('./SetUpTotpPage.vue'),
      meta: { title: '设置动态验证码', isPublic: true },
    },
  ],
} satisfies RoomRoutes
