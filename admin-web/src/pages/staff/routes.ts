import { UserFilled } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/staff',
      name: 'staff',
      component: () => import('./StaffListPage.vue'),
      meta: { title: '教职工' },
    },
  ],
  nav: {
    label: '教职工',
    icon: UserFilled,
    to: 'staff',
    order: 70,
    visible: holds('city_admin', 'district_admin', 'school_admin', 'grade_head', 'inspector'),
  },
} satisfies RoomRoutes
