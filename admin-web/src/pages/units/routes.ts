import { OfficeBuilding } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/units',
      name: 'units',
      component: () => import('./UnitsPage.vue'),
      meta: { title: '单位' },
    },
  ],
  nav: {
    label: '单位',
    icon: OfficeBuilding,
    to: 'units',
    order: 65,
    visible: holds('city_admin', 'district_admin', 'school_admin'),
  },
} satisfies RoomRoutes
