import { VideoCamera } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/live',
      name: 'live',
      component: () => import('./LiveListPage.vue'),
      meta: { title: '云课堂' },
    },
    {
      path: '/live/:liveId',
      name: 'live-class',
      component: () => import('./LivePage.vue'),
      props: true,
      meta: { title: '云课堂' },
    },
  ],
  nav: {
    label: '云课堂',
    icon: VideoCamera,
    to: 'live',
    order: 42,
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
