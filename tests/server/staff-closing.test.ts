import { beforeEach, describe, expect, it } from 'vitest'
import { queueLetter, reviseLetter, updateLetter, withdrawLetter } from '#contract/letters'
import type { LetterForm } from '#contract/letter-form'
import { confirmMyStaffLetter } from '#contract/staff-letters'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { staffActor } from '../../server/modules/accounts/service.ts'
import { StaffAnswerModel } from '../../server/modules/letters/staff/answers/model.ts'
import { answer } from '../../server/modules/letters/staff/answers/service.ts'
import { StaffSheetModel } from '../../server/modules/letters/staff/model.ts'
import { letterForStaff } from '../../server/modules/letters/staff/policy.ts'
import { recordOfStaff } from '../../server/modules/letters/staff/service.ts'
import { DRAFT, newRequest, refusal, tick } from '../support/letters.ts'
import { buildMeeting } from '../support/staff-letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
beforeEach(() => world.goTo('2026-11-23T01:00:00Z'))

const FORM: LetterForm = {
  answeredBy: 'once',
  fields: [{ code: 'attend', label: '参加吗', type: 'choice', required: true, options: ['到会', '来不了'] }],
}
const COMES = [{ code: 'attend', value: ['到会'] }]
const CONFIRMED = ['read', 'confirmed'] as const
const TAKEN_BACK = { code: 'conflict', message: '这封信已经撤回，不用再处理了' }
const REPLACED = { code: 'conflict', message: '这封信有了更正的新版，请打开新的一封' }

/** A letter to heads, and one of them whose request has passed every check and is about to be written. */
async function checked(form: LetterForm | null) {
  const built = await buildMeeting(world, { form })
  const { letterId, district, headId, other } = built
  // He leads both schools, so he stands on two sheets.
  const post = {
    post: 'principal',
    unitId: other.school._id,
    path: other.school.path,
    from: new Date(0),
    to: null,
  }
  await PersonModel.updateOne({ _id: headId }, { $push: { posts: post } })
  const proof = await letterForStaff(await staffActor(headId, world.now()), letterId)
  expect(proof.sheetIds).toHaveLength(2)
  return {
    ...built,
    proof,
    takeBack: () => district(withdrawLetter, { letterId, reason: '会议取消' }),
    sheets: () => StaffSheetModel.find({ letterId }).sort({ _id: 1 }).lean(),
  }
}

describe('a letter to staff that is taken back between the check and the writing', () => {
  it('is neither read nor confirmed', async () => {
    const { proof, takeBack, sheets } = await checked(null)
    await takeBack()
    const before = await sheets()
    for (const deeds of [['read'], CONFIRMED] as const)
      await expect(recordOfStaff(proof, deeds, world.now())).rejects.toMatchObject(TAKEN_BACK)
    expect(await sheets()).toEqual(before)
  })

  it('is not answered: neither an answer nor a mark is left', async () => {
    const { proof, takeBack, sheets, school } = await checked(FORM)
    await recordOfStaff(proof, ['read'], world.now())
    await takeBack()
    const before = await sheets()
    const said = { unitId: String(school._id), answers: COMES }
    await expect(answer(proof, said, world.now(), world.deps())).rejects.toMatchObject(TAKEN_BACK)
    expect(await sheets()).toEqual(before)
    expect(await StaffAnswerModel.countDocuments()).toBe(0)
  })

  it('is confirmed in both schools of a head or in none', async () => {
    const { proof, sheets } = await checked(null)
    const [, last] = proof.sheetIds
    await StaffSheetModel.updateOne({ _id: last ?? '' }, { closed: 'withdrawn' })
    const before = await sheets()
    await expect(recordOfStaff(proof, CONFIRMED, world.now())).rejects.toMatchObject(TAKEN_BACK)
    expect(await sheets()).toEqual(before)
  })

  it('has what was there when the answer came and not one receipt more, however many come at once', async () => {
    const { head, deputy, otherHead, letterId, takeBack, sheets } = await checked(null)
    const taps = Promise.all(
      [head, deputy, otherHead].flatMap((tap) =>
        Array.from({ length: 4 }, () =>
          tap(confirmMyStaffLetter, { letterId }).catch((error: unknown) => error),
        ),
      ),
    )
    await takeBack()
    const before = await sheets()
    await taps
    expect(await sheets()).toEqual(before)
    await expect(head(confirmMyStaffLetter, { letterId })).rejects.toMatchObject(refusal(409, '撤回'))
  })
})

it('a letter to staff that is put right between the check and the writing is read still, and takes no answer', async () => {
  const { proof, district, letterId, school, at, sheets } = await checked(FORM)
  const draft = await district(reviseLetter, { letterId, requestId: newRequest() })
  const { kind: _, ...written } = DRAFT
  const staff = { posts: ['principal' as const, 'school_admin' as const], unitIds: [at.unitId] }
  const said = { ...written, body: '请参加周六的会议。', confirmation: 'confirm' as const, form: FORM, staff }
  await district(updateLetter, { letterId: draft.id, ...said, audience: [], correction: '改到周六' })
  await district(queueLetter, { letterId: draft.id, sendAt: null })
  await tick(world)

  const answers = { unitId: String(school._id), answers: COMES }
  await expect(answer(proof, answers, world.now(), world.deps())).rejects.toMatchObject(REPLACED)
  await expect(recordOfStaff(proof, ['read'], world.now())).resolves.toMatchObject({
    standing: { isRead: true },
  })
  expect(await StaffAnswerModel.countDocuments()).toBe(0)
  expect((await sheets()).map((it) => it.answered)).toEqual([0, 0])
})
