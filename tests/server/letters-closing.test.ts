import { describe, expect, it } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import {
  confirmMyLetter,
  openMyLetter,
  queueLetter,
  reviseLetter,
  updateLetter,
  withdrawLetter,
} from '#contract/letters'
import type { GuardianActor } from '../../server/http/actor.ts'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { answer } from '../../server/modules/letters/answers/service.ts'
import { confirm, open } from '../../server/modules/letters/mine/service.ts'
import { LetterModel } from '../../server/modules/letters/model.ts'
import { object } from '../../server/modules/letters/objections/service.ts'
import { letterForChild } from '../../server/modules/letters/policy.ts'
import { makeSheets } from '../../server/modules/letters/sending/service.ts'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { SignatureModel } from '../../server/modules/letters/signatures/model.ts'
import { sign } from '../../server/modules/letters/signatures/service.ts'
import { ownChild } from '../../server/modules/org/policy.ts'
import { DRAFT, INK, newRequest, refusal, sentLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'join', label: '孩子参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
  ],
}
const COMES = [{ code: 'join', value: ['参加'] }]
const TAKEN_BACK = { code: 'conflict', message: expect.stringContaining('撤回') as string }
const REPLACED = { code: 'conflict', message: expect.stringContaining('更正') as string }

/** A letter, and a mother whose request has passed every check and is about to be written. */
async function checked(over: Parameters<typeof sentLetter>[1] = {}) {
  const built = await sentLetter(world, over)
  await built.her(openMyLetter, built.said)
  const actor = { role: 'guardian', personId: built.mother } as unknown as GuardianActor
  const proof = await letterForChild(await ownChild(actor, built.studentId), built.letter.id)
  const takeBack = () => built.sender(withdrawLetter, { letterId: built.letter.id, reason: '写错了' })
  return { ...built, proof, takeBack }
}

describe('a letter that is taken back between the check and the writing', () => {
  it('is not confirmed, nor read, nor objected to', async () => {
    const { proof, takeBack, sheet } = await checked()
    await takeBack()
    const before = await sheet()
    await expect(confirm(proof, world.now())).rejects.toMatchObject(TAKEN_BACK)
    await expect(open(proof, world.now())).rejects.toMatchObject(TAKEN_BACK)
    await expect(object(proof, '不同意', world.now(), world.deps())).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await sheet()).toEqual(before)
  })

  it('is not signed: neither a signature nor a mark is left', async () => {
    const { proof, takeBack, sheet } = await checked({ confirmation: 'sign' })
    await takeBack()
    await expect(sign(proof, INK, world.now(), world.deps())).rejects.toMatchObject(TAKEN_BACK)
    expect(await SignatureModel.countDocuments()).toBe(0)
    expect((await sheet())?.signed).toBe(0)
  })

  it('is not answered', async () => {
    const { proof, takeBack, sheet } = await checked({ form: FORM })
    await takeBack()
    await expect(answer(proof, COMES, world.now(), world.deps())).rejects.toMatchObject(TAKEN_BACK)
    expect(await AnswerModel.countDocuments()).toBe(0)
    expect((await sheet())?.answered).toBe(0)
  })

  it('has what was there when the answer came and not one receipt more, however many come at once', async () => {
    const { her, him, said, takeBack, sheet } = await checked({ confirmation: 'confirm' })
    const taps = Array.from({ length: 12 }, (_, i) =>
      (i % 2 ? her : him)(confirmMyLetter, said).catch((error: unknown) => error),
    )
    const settled = Promise.all(taps)
    await takeBack()
    const before = await sheet()
    await settled
    expect(await sheet()).toEqual(before)
    await expect(her(confirmMyLetter, said)).rejects.toMatchObject(refusal(409, '撤回'))
  })

  it('takes nothing on a sheet that is made afterwards either', async () => {
    const { proof, takeBack, klass, letter } = await checked()
    await SheetModel.deleteMany({ letterId: letter.id })
    await takeBack()
    const sent = await LetterModel.findById(letter.id).lean().orFail()
    await makeSheets(sent as never, [klass])
    expect(await SheetModel.findOne({ letterId: letter.id }).lean()).toMatchObject({ closed: 'withdrawn' })
    await expect(confirm(proof, world.now())).rejects.toMatchObject(TAKEN_BACK)
  })
})

describe('a letter that is put right between the check and the writing', () => {
  it('is read still, and neither confirmed nor signed', async () => {
    const { proof, sender, letter, school, sheet } = await checked({ confirmation: 'sign' })
    const draft = await sender(reviseLetter, { letterId: letter.id, requestId: newRequest() })
    const { kind: _, ...written } = DRAFT
    const audience = [String(school._id)]
    const said = { ...written, confirmation: 'sign' as const, audience, correction: '改了时间' }
    await sender(updateLetter, { letterId: draft.id, ...said })
    await sender(queueLetter, { letterId: draft.id, sendAt: null })
    await tick(world)
    await expect(sign(proof, INK, world.now(), world.deps())).rejects.toMatchObject(REPLACED)
    expect(await SignatureModel.countDocuments()).toBe(0)
    expect((await sheet())?.signed).toBe(0)
    await open(proof, world.now())
  })
})
