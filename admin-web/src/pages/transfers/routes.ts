import { Switch } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/transfers',
      name: 'transfers',
      component: () => import('./TransfersPage.vue'),
      meta: { title: '转学转班' },
    },
    {
      path: '/transfers/assignments/:assignmentId',
      name: 'assignment',
      component: () => import('./AssignmentPage.vue'),
      meta: { title: '分配名单' },
    },
  ],
  nav: {
    label: '转学转班',
    icon: Switch,
    to: 'transfers',
    order: 22,
    visible: holds('district_admin', 'school_admin'),
  },
} satisfies RoomRoutes
