import { Setting } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'

export default {
  pages: [
    {
      path: '/account',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: '设置', isPersonal: true },
    },
  ],
  nav: { label: '设置', icon: Setting, to: 'account', order: 90, visible: () => true },
} satisfies RoomRoutes
