import { Postcard } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/evidence',
      name: 'evidence',
      component: () => import('./EvidencePage.vue'),
      meta: { title: '签到和证明' },
    },
  ],
  nav: {
    label: '签到和证明',
    icon: Postcard,
    to: 'evidence',
    order: 46,
    visible: holds('principal', 'school_admin', 'grade_head', 'class_teacher'),
  },
} satisfies RoomRoutes
