import { Notebook } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/training',
      name: 'training',
      component: () => import('./TrainingPage.vue'),
      meta: { title: '教师培训' },
    },
  ],
  nav: {
    label: '教师培训',
    icon: Notebook,
    to: 'training',
    order: 43,
    visible: holds('city_admin', 'district_admin', 'school_admin', 'inspector'),
  },
} satisfies RoomRoutes
