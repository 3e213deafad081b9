import { ChatLineRound } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/replies',
      name: 'replies',
      component: () => import('./RepliesPage.vue'),
      meta: { title: '回复' },
    },
  ],
  nav: {
    label: '回复',
    icon: ChatLineRound,
    to: 'replies',
    order: 31,
    badge: () => import('./WaitingCount.vue'),
    visible: holds(
      'city_admin',
      'district_admin',
      'principal',
      'school_admin',
      'grade_head',
      'class_teacher',
      'counsellor',
    ),
  },
} satisfies RoomRoutes
