import type { LetterForm } from '#contract/letter-form'
import type { ReceiptRule } from '#contract/letter-receipts'
import { createLetter, queueLetter } from '#contract/letters'
import type { UnitRecord } from '../../server/modules/org/tree/model.ts'
import { expect } from 'vitest'
import { SheetModel } from '../../server/modules/letters/sheets/model.ts'
import { letterTick } from '../../server/modules/letters/jobs.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from './build.ts'
import type { World } from './world.ts'

let serial = 0
export const newRequest = () => `request-${++serial}-${Date.now()}`

/** Handwriting of two strokes. */
export const INK = {
  width: 700,
  height: 300,
  strokes: [
    [20, 40, 60, 90, 200, 60, 380, 210],
    [90, 30, 100, 250],
  ],
}

export const DRAFT = {
  kind: 'letter' as const,
  title: '开学前，给家长的一封信',
  body: '{{称呼}}：\n\n您好！{{孩子}}升入{{学校}}{{班级}}。\n\n## 请您做\n\n- **让他睡够。**一般不晚于十点。\n\n{{班主任}}\n\n{{日期}}',
  pledge: '我已读完这封信。',
  confirmation: 'confirm' as const,
  dueOn: null,
}

/** A school whose administrator writes, a class with its teacher, two children, the first with both parents. */
export async function buildClass(world: World) {
  const branch = await buildBranch()
  const { school, klass } = branch
  const office = await buildStaff(school, 'school_admin', { name: '王校长' })
  const teacher = await buildStaff(klass, 'class_teacher', { name: '李老师' })
  const zhang = await buildStudent(klass, { name: '张三', number: '20260001' })
  const li = await buildStudent(klass, { name: '李四', number: '20260002' })
  const mother = await buildGuardian(world, zhang)
  const father = await buildGuardian(world, zhang, { relation: '爸爸' })
  return { ...branch, office, teacher, zhang, li, mother, father }
}

/** A letter of a school's office to some units, sent. */
export async function sendLetter(
  world: World,
  author: string,
  unit: UnitRecord,
  over: Partial<Omit<typeof DRAFT, 'confirmation' | 'dueOn'>> & {
    confirmation?: 'read' | 'confirm' | 'sign'
    receiptRule?: ReceiptRule
    isUrgent?: boolean
    textsFirst?: boolean
    offersHelp?: boolean
    dueOn?: string
    audience?: UnitRecord[]
    form?: LetterForm
  } = {},
) {
  const { audience = [unit], ...said } = over
  const call = await world.as(author, 'staff')
  const draft = await call(createLetter, {
    ...DRAFT,
    ...said,
    unitId: String(unit._id),
    requestId: newRequest(),
    audience: audience.map((it) => String(it._id)),
  })
  return call(queueLetter, { letterId: draft.id, sendAt: null })
}

/** What the worker does every few seconds. */
/** A letter to a school, with a mother, a father, their teacher and the office that sent it. */
export async function sentLetter(world: World, over: Parameters<typeof sendLetter>[3] = {}) {
  const built = await buildClass(world)
  const letter = await sendLetter(world, built.office, built.school, over)
  const studentId = String(built.zhang._id)
  return {
    ...built,
    letter,
    studentId,
    said: { studentId, letterId: letter.id },
    at: { letterId: letter.id, classId: String(built.klass._id) },
    her: await world.as(built.mother, 'guardian'),
    him: await world.as(built.father, 'guardian'),
    staff: await world.as(built.teacher, 'staff'),
    sender: await world.as(built.office, 'staff'),
    sheet: () => SheetModel.findOne({ letterId: letter.id }).lean(),
  }
}

/** What a call is rejected with that is refused in words. */
export const refusal = (status: number, message: string) => ({
  status,
  json: { error: { message: expect.stringContaining(message) as string } },
})

export const tick = (world: World) => letterTick(world.deps())
