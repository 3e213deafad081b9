import { Medal } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/certificates',
      name: 'certificates',
      component: () => import('./CertificateListPage.vue'),
      meta: { title: '绿证' },
    },
  ],
  nav: {
    label: '绿证',
    icon: Medal,
    to: 'certificates',
    order: 45,
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
