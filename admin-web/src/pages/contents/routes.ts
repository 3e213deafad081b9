import { View } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/contents',
      name: 'contents',
      component: () => import('./ContentsPage.vue'),
      meta: { title: '内容审核' },
    },
  ],
  nav: {
    label: '内容审核',
    icon: View,
    to: 'contents',
    order: 36,
    visible: holds('city_admin', 'district_admin', 'principal', 'school_admin', 'grade_head'),
  },
} satisfies RoomRoutes
