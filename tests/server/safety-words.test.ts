import { describe, expect, it } from 'vitest'
import { readAnswers } from '#contract/letter-answers'
import { plainForm } from '#contract/letter-form'
import { readObjections } from '#contract/letter-receipts'
import { answerMyLetter, objectToMyLetter } from '#contract/letters'
import { AnswerModel } from '../../server/modules/letters/answers/model.ts'
import { ObjectionModel } from '../../server/modules/letters/objections/model.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { HARMFUL, onThePhone } from '../support/safety.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

const CHOICE = plainForm({ options: ['参加', '不参加'], reasonFor: ['不参加'], needsReason: true }, 'any')
const stays = (reason: string) => [
  { code: 'choice', value: ['不参加'] },
  { code: 'reason', value: reason },
]
const refusal = (message: string) => ({ status: 400, json: { error: { message } } })

async function scene(form?: typeof CHOICE) {
  const here = await buildClass(world)
  const letter = await sendLetter(world, here.office, here.school, { ...(form && { form }) })
  await onThePhone(world, here.mother)
  return {
    her: await world.as(here.mother, 'guardian'),
    sender: await world.as(here.office, 'staff'),
    said: { studentId: String(here.zhang._id), letterId: letter.id },
    at: { letterId: letter.id, classId: String(here.klass._id) },
  }
}

/** WeChat is busy, out of its quota, or away. */
const TROUBLES = [
  ['busy', { times: 3, errcode: -1 }],
  ['out of quota', { times: 1, errcode: 45009 }],
  ['away', { times: 1, status: 502 }],
] as const

describe('the reason of a choice', () => {
  it('is refused with a plain sentence when WeChat calls it harmful, and what stood there stays', async () => {
    const { her, said, sender, at } = await scene(CHOICE)
    const sentence = '写的话里有不合适的内容，请改一改再提交'
    await expect(her(answerMyLetter, { ...said, answers: stays(HARMFUL) })).rejects.toMatchObject(
      refusal(sentence),
    )
    expect(await AnswerModel.countDocuments()).toBe(0)
    await her(answerMyLetter, { ...said, answers: stays('外婆住院') })
    await expect(her(answerMyLetter, { ...said, answers: stays(HARMFUL) })).rejects.toMatchObject(
      refusal(sentence),
    )
    expect(JSON.stringify(await sender(readAnswers, at))).toContain('外婆住院')
  })

  it.each(TROUBLES)('reaches the school when WeChat is %s', async (_, fault) => {
    const { her, said, sender, at } = await scene(CHOICE)
    const { control } = world.simulator()
    control.breakNext({ path: '/wxa/msg_sec_check', ...fault })
    await her(answerMyLetter, { ...said, answers: stays('外婆住院') })
    control.mend()
    expect(JSON.stringify(await sender(readAnswers, at))).toContain('外婆住院')
  })
})

describe('the reason of another opinion', () => {
  it('is refused with a plain sentence when WeChat calls it harmful, and nothing is noted', async () => {
    const { her, said } = await scene()
    await expect(her(objectToMyLetter, { ...said, reason: HARMFUL })).rejects.toMatchObject(
      refusal('写的原因里有不合适的内容，请改一改再提交'),
    )
    expect(await ObjectionModel.countDocuments()).toBe(0)
  })

  it.each(TROUBLES)('reaches the school when WeChat is %s', async (_, fault) => {
    const { her, said, sender, at } = await scene()
    const { control } = world.simulator()
    control.breakNext({ path: '/wxa/msg_sec_check', ...fault })
    await her(objectToMyLetter, { ...said, reason: '路太远' })
    control.mend()
    expect(JSON.stringify(await sender(readObjections, at))).toContain('路太远')
  })
})
