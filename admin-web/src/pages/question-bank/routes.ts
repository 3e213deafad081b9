import type { RoomRoutes } from '../../rooms'

export default {
  pages: [
    {
      path: '/programme-drafts/:programmeDraftId/questions',
      name: 'question-bank',
      component: () => import('./QuestionBankPage.vue'),
      props: true,
      meta: { title: '题库' },
    },
  ],
} satisfies RoomRoutes
