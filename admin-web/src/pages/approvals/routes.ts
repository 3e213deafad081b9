import { DocumentChecked } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/approvals',
      name: 'approvals',
      component: () => import('./ApprovalsPage.vue'),
      meta: { title: '名单审批' },
    },
  ],
  nav: {
    label: '名单审批',
    icon: DocumentChecked,
    to: 'approvals',
    order: 80,
    visible: holds('city_admin', 'district_admin', 'school_admin', 'grade_head', 'class_teacher'),
  },
} satisfies RoomRoutes
