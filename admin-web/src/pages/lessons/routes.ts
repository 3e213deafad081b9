import { ChatLineSquare } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/lesson-drafts/:lessonDraftId',
      name: 'lesson-draft',
      component: () => import('./LessonEditorPage.vue'),
      props: true,
      meta: { title: '编写一课' },
    },
    {
      path: '/reflections',
      name: 'reflections',
      component: () => import('./ReflectionsPage.vue'),
      meta: { title: '家长感想' },
    },
  ],
  nav: {
    label: '家长感想',
    icon: ChatLineSquare,
    to: 'reflections',
    order: 44,
    visible: holds('city_admin', 'district_admin', 'school_admin'),
  },
} satisfies RoomRoutes
