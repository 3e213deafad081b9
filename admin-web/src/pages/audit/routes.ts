import { Tickets } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/audit',
      name: 'audit',
      component: () => import('./AuditPage.vue'),
      meta: { title: '操作记录' },
    },
  ],
  nav: {
    label: '操作记录',
    icon: Tickets,
    to: 'audit',
    order: 82,
    visible: holds('city_admin', 'district_admin', 'school_admin', 'auditor'),
  },
} satisfies RoomRoutes
