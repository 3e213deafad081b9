import { Files } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/groups',
      name: 'groups',
      component: () => import('./GroupsPage.vue'),
      meta: { title: '学生分组' },
    },
    {
      path: '/groups/:groupId',
      name: 'group',
      component: () => import('./GroupPage.vue'),
      props: true,
      meta: { title: '学生分组' },
    },
  ],
  nav: {
    label: '学生分组',
    icon: Files,
    to: 'groups',
    order: 24,
    visible: holds('district_admin', 'school_admin', 'grade_head', 'class_teacher'),
  },
} satisfies RoomRoutes
