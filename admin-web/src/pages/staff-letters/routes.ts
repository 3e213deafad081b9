import { MessageBox } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'

export default {
  pages: [
    {
      path: '/staff-letters',
      name: 'staff-letters',
      component: () => import('./StaffLettersPage.vue'),
      meta: { title: '写给我的信', isPersonal: true },
    },
    {
      path: '/staff-letters/:letterId',
      name: 'staff-letter',
      component: () => import('./StaffLetterPage.vue'),
      props: true,
      meta: { title: '写给我的信', isPersonal: true },
    },
  ],
  nav: {
    label: '写给我的信',
    icon: MessageBox,
    to: 'staff-letters',
    order: 32,
    visible: (me) => me.posts.length > 0,
  },
} satisfies RoomRoutes
