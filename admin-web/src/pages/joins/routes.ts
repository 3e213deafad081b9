import { Stamp } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/joins',
      name: 'joins',
      component: () => import('./JoinListPage.vue'),
      meta: { title: '加入申请' },
    },
  ],
  nav: {
    label: '加入申请',
    icon: Stamp,
    to: 'joins',
    order: 25,
    visible: holds('school_admin', 'grade_head', 'class_teacher'),
  },
} satisfies RoomRoutes
