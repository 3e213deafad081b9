import { Top } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      // The promotion stands in the address: who leaves and comes back finds it where it is by then.
      path: '/promotion/:promotionId?',
      name: 'promotion',
      component: () => import('./PromotionPage.vue'),
      meta: { title: '学年升级' },
    },
  ],
  nav: {
    label: '学年升级',
    icon: Top,
    to: 'promotion',
    order: 60,
    visible: holds('district_admin', 'school_admin'),
  },
} satisfies RoomRoutes
