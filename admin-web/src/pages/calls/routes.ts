import { Calendar } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/calls',
      name: 'calls',
      component: () => import('./CallsPage.vue'),
      meta: { title: '预约' },
    },
  ],
  nav: {
    label: '预约',
    icon: Calendar,
    to: 'calls',
    order: 36,
    visible: holds('district_admin', 'school_admin', 'grade_head', 'class_teacher', 'teacher', 'mentor'),
  },
} satisfies RoomRoutes
