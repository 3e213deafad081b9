import { Message } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/letters',
      name: 'letters',
      component: () => import('./LetterListPage.vue'),
      meta: { title: '家长信' },
    },
    {
      path: '/letters/new',
      name: 'letter-new',
      component: () => import('./ComposePage.vue'),
      meta: { title: '写信' },
    },
    {
      path: '/letters/past',
      name: 'past-letters',
      component: () => import('./PastLettersPage.vue'),
      meta: { title: '以前班级的信', isPersonal: true },
    },
    {
      path: '/letters/past/:letterId',
      name: 'past-letter',
      component: () => import('./PastLetterPage.vue'),
      props: true,
      meta: { title: '以前班级的信', isPersonal: true },
    },
    {
      path: '/letters/expired',
      name: 'expired-drafts',
      component: () => import('./ExpiredPage.vue'),
      meta: { title: '已过期的草稿' },
    },
    {
      path: '/letters/objections',
      name: 'objections',
      component: () => import('./ObjectionsPage.vue'),
      meta: { title: '不同意见' },
    },
    {
      path: '/letters/verify-copy',
      name: 'verify-copy',
      component: () => import('./VerifyCopyPage.vue'),
      meta: { title: '查验签收单' },
    },
    {
      path: '/letters/:letterId/edit',
      name: 'letter-edit',
      component: () => import('./ComposePage.vue'),
      props: true,
      meta: { title: '修改草稿' },
    },
    {
      path: '/letters/:letterId',
      name: 'letter',
      component: () => import('./LetterPage.vue'),
      props: true,
      meta: { title: '家长信' },
    },
  ],
  nav: {
    label: '家长信',
    icon: Message,
    to: 'letters',
    order: 30,
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
