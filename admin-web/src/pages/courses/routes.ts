import { Reading } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/courses',
      name: 'courses',
      component: () => import('./CoursesPage.vue'),
      meta: { title: '家长课程' },
    },
    {
      path: '/courses/:code',
      name: 'course',
      component: () => import('./OutlinePage.vue'),
      props: true,
      meta: { title: '课程内容' },
    },
  ],
  nav: {
    label: '家长课程',
    icon: Reading,
    to: 'courses',
    order: 40,
    visible: holds(
      'city_admin',
      'district_admin',
      'school_admin',
      'grade_head',
      'class_teacher',
      'inspector',
      'lecturer',
    ),
  },
} satisfies RoomRoutes
