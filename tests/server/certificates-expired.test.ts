import { beforeEach, describe, expect, it } from 'vitest'
import { listLearnersOfClass, listMyProgrammes, readCompletion, remindLearners } from '#contract/courses'
import { readDashboard } from '#contract/figures'
import { listMyTodos } from '#contract/home'
import { CertificateModel } from '../../server/modules/certificates/model.ts'
import { buildStaff } from '../support/build.ts'
import { studyAndSit, withRules } from '../support/certifying.ts'
import { statementsOf } from '../support/plans.ts'
import { useWorld } from '../support/world.ts'

// What a unit reports above has to be what a certificate says to whoever checks it: one that has ended counts no more.
const world = useWorld()
const CODE = 'grade7'
const YEARLY = { until: 'years', years: 1, text: '自发证之日起一年。' }
const LAST_MOMENT = '2027-11-28T15:59:00Z'
const DAY_AFTER = '2027-11-28T16:01:00Z'
beforeEach(() => world.goTo('2026-11-29T02:00:00Z'))

/** A family whose certificate holds for a year. */
async function scene() {
  const built = await withRules(world, {}, YEARLY)
  await studyAndSit(world, built.call)
  return built
}

describe('a certificate that has ended', () => {
  it('counts through its last day, and the day after no more: completion, dashboard, class', async () => {
    const { school, klass } = await scene()
    const counts = async () => {
      const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
      const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
      const unitId = String(school._id)
      // The dashboard is kept for some seconds.
      await world.deps().redis.del(`figures:dashboard:${unitId}`)
      const [completion, dashboard, learners] = await Promise.all([
        admin(readCompletion, { unitId, code: CODE }),
        admin(readDashboard, { unitId }),
        teacher(listLearnersOfClass, { classId: String(klass._id), code: CODE }),
      ])
      return {
        completed: [completion.total.completed, completion.rows.map((it) => it.completed)],
        certified: dashboard.total.certified,
        numbers: learners.families.map((it) => it.certificateNumber),
      }
    }
    const number = (await CertificateModel.findOne().lean())?.number

    world.goTo(LAST_MOMENT)
    expect(await counts()).toEqual({
      completed: [1, [1]],
      certified: { done: 1, of: 1 },
      numbers: [number],
    })
    world.goTo(DAY_AFTER)
    expect(await counts()).toEqual({ completed: [0, [0]], certified: { done: 0, of: 1 }, numbers: [null] })
  })

  it('is missing at home and among the courses of its holder, who is reminded again', async () => {
    const { personId, klass } = await scene()
    const home = async () => {
      const call = await world.as(personId, 'guardian')
      const [{ children }, { programmes }] = await Promise.all([
        call(listMyTodos, {}),
        call(listMyProgrammes, {}),
      ])
      const [child] = children
      return [
        child?.certificateNumber,
        child?.certificateEndedOn,
        programmes[0]?.isFinished,
        programmes[0]?.certificate?.state,
      ]
    }
    world.goTo(LAST_MOMENT)
    expect(await home()).toEqual([expect.stringMatching(/^LZ2026/), null, true, 'valid'])
    world.goTo(DAY_AFTER)
    expect(await home()).toEqual([null, '2027-11-28', false, 'expired'])

    const teacher = await world.as(await buildStaff(klass, 'class_teacher'), 'staff')
    expect((await teacher(remindLearners, { unitId: String(klass._id), code: CODE })).families).toBe(1)
  })

  it('is found to be over on the index of programmes and families', async () => {
    const { school } = await scene()
    const admin = await world.as(await buildStaff(school, 'school_admin'), 'staff')
    const statements = await statementsOf(() =>
      admin(readCompletion, { unitId: String(school._id), code: CODE }),
    )
    const [counting] = statements.filter((it) => it.name === 'aggregate certificates')
    expect([counting?.plan, counting?.docsExamined]).toEqual([
      expect.stringMatching(/programmeCode: 1, families\.path: 1/),
      1,
    ])
  })
})
