import { AlarmClock } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/calendar',
      name: 'calendar',
      component: () => import('./CalendarPage.vue'),
      meta: { title: '年度日历' },
    },
    {
      path: '/calendar/:year/:code',
      name: 'calendar-node',
      component: () => import('./ProgressPage.vue'),
      props: true,
      meta: { title: '发信情况' },
    },
  ],
  nav: {
    label: '年度日历',
    icon: AlarmClock,
    to: 'calendar',
    order: 31,
    visible: holds(
      'city_admin',
      'district_admin',
      'school_admin',
      'grade_head',
      'class_teacher',
      'inspector',
    ),
  },
} satisfies RoomRoutes
