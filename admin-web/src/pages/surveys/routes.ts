import { PieChart } from '@element-plus/icons-vue'
import type { RoomRoutes } from '../../rooms'
import { holds } from '../../session/posts'

export default {
  pages: [
    {
      path: '/surveys',
      name: 'surveys',
      component: () => import('./SurveyListPage.vue'),
      meta: { title: '知晓率调查' },
    },
    {
      path: '/surveys/:surveyId',
      name: 'survey',
      component: () => import('./SurveyPage.vue'),
      props: true,
      meta: { title: '知晓率调查' },
    },
  ],
  nav: {
    label: '知晓率调查',
    icon: PieChart,
    to: 'surveys',
    order: 47,
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
