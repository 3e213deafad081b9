import type { RoomRoutes } from '../../rooms'

/** A family is reached from the roster, a search or a request; it has no line in the navigation of its own. */
export default {
  pages: [
    {
      path: '/families/:studentId',
      name: 'family',
      component: () => import('./FamilyPage.vue'),
      props: true,
      meta: { title: '家庭' },
    },
  ],
} satisfies RoomRoutes
