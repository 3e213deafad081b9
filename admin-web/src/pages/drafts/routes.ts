import { EditPen } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/programme-drafts',
      name: 'programme-drafts',
      component: () => import('./DraftsPage.vue'),
      meta: { title: '编写课程' },
    },
    {
      path: '/programme-drafts/:programmeDraftId',
      name: 'programme-draft',
      component: () => import('./DraftPage.vue'),
      props: true,
      meta: { title: '编写一门课程' },
    },
  ],
  nav: {
    label: '编写课程',
    icon: EditPen,
    to: 'programme-drafts',
    order: 42,
    visible: holds('city_admin', 'district_admin', 'school_admin', 'lecturer'),
  },
} satisfies RoomRoutes
