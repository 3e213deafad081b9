import { Notebook } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/roster',
      name: 'roster',
      component: () => import('./RosterPage.vue'),
      meta: { title: '花名册' },
    },
    {
      // The import stands in the address: who leaves and comes back finds it where it is by then.
      path: '/roster/import/:importId?',
      name: 'roster-import',
      component: () => import('./ImportPage.vue'),
      meta: { title: '导入花名册' },
    },
  ],
  nav: {
    label: '花名册',
    icon: Notebook,
    to: 'roster',
    order: 20,
    visible: holds('city_admin', 'district_admin', 'school_admin', 'grade_head', 'class_teacher'),
  },
} satisfies RoomRoutes
