import { School } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/parent-school',
      name: 'parent-school',
      component: () => import('./ParentSchoolPage.vue'),
      meta: { title: '家长学校' },
    },
    {
      path: '/parent-school/activities/:activityId',
      name: 'activity',
      component: () => import('./ActivityPage.vue'),
      props: true,
      meta: { title: '家长学校活动' },
    },
  ],
  nav: {
    label: '家长学校',
    icon: School,
    to: 'parent-school',
    order: 38,
    visible: holds(
      'city_admin',
      'district_admin',
      'school_admin',
      'grade_head',
      'class_teacher',
      'lecturer',
      'inspector',
    ),
  },
} satisfies RoomRoutes
