import { createHash } from 'node:crypto'
import type { InChargePost } from '#contract/calendar'
import { dayInWords } from '../../../../infra/clock.ts'
import type { AnyOutgoing } from '../../../notify/rules.ts'
import { type Division, isWithin } from '../../../org/tree/rules.ts'
import type { NodeMove } from '../model.ts'
import { addDays, type EffectiveNode, offeredTo, type TemplateOf } from '../rules.ts'

export interface Unit {
  _id: unknown
  path: string
  fullName: string
  grade?: number | null
}

/** One draft to be made: whose, from which template, to whom. */
export interface Target<U extends Unit = Unit> {
  unit: U
  template: string
  audience: U[]
}

interface School<U extends Unit> {
  school: U
  grades: readonly U[]
}

/**
 * The drafts of a node in one school. A family gets one letter of a node: where a grade has a letter of its own, the general one goes to
 * the others. Class teachers are offered the template and begin themselves.
 */
export function targetsOf<U extends Unit>(
  node: EffectiveNode,
  { school, grades }: School<U>,
  templateOf: TemplateOf,
  city: Division,
): Target<U>[] {
  if (node.inCharge === 'class_teacher') return []
  const best = grades.flatMap((unit) => {
    const [template] = offeredTo(node, unit.grade ?? 0, templateOf, city)
    return template ? [{ unit, template }] : []
  })
  if (node.inCharge === 'grade_head') return best.map((it) => ({ ...it, audience: [it.unit] }))
  const codes = [...new Set(best.map((it) => it.template))]
  return codes.map((template) => {
    const to = best.filter((it) => it.template === template).map((it) => it.unit)
    return { unit: school, template, audience: to.length === grades.length ? [school] : to }
  })
}

/** The units whose work a node is, in one school. */
export function unitsInCharge<U extends Unit>(
  node: EffectiveNode,
  { school, grades, classes }: School<U> & { classes: readonly U[] },
  templateOf: TemplateOf,
  city: Division,
): U[] {
  const concerned = (some: readonly U[]) =>
    some.filter((it) => offeredTo(node, it.grade ?? 0, templateOf, city).length > 0)
  if (node.inCharge === 'class_teacher') return concerned(classes)
  const own = concerned(grades)
  return node.inCharge === 'grade_head' ? own : own.length > 0 ? [school] : []
}

/** Families answer by the day itself; of a letter that is drafted late, so many days after. */
export function dueOnOf(
  { from }: Pick<EffectiveNode, 'from'>,
  { confirmation, dueDays }: { confirmation: string; dueDays: number },
  today: string,
): string | null {
  if (confirmation === 'read') return null
  return from > today ? from : addDays(today, dueDays)
}

interface Written {
  path: string
  status: string
  audience: readonly { path: string }[]
}

/** Whether a unit's families have their letter, or will: one written at or below it, or above it and to all of it. */
export const isServed = (unitPath: string, letters: readonly Written[]) =>
  letters.some(
    (it) =>
      ['sent', 'sending', 'scheduled'].includes(it.status) &&
      (isWithin(it.path, unitPath) || it.audience.some((to) => isWithin(unitPath, to.path))),
  )

/** What one person is told of: the nodes of one unit. */
export interface Matter {
  personId: string
  unitName: string
  path: string
  nodes: readonly Pick<EffectiveNode, 'code' | 'title' | 'from' | 'inCharge'>[]
}

/** One key for one day and what it is about: a walk that begins anew says nothing twice. */
const stepOf = (today: string, { path, nodes }: Matter, about: readonly unknown[]) =>
  `${today}-${createHash('sha256')
    .update(JSON.stringify([path, nodes.map((it) => it.code), ...about]))
    .digest('hex')
    .slice(0, 16)}`

const titles = (nodes: Matter['nodes']) => nodes.map((it) => `“${it.title}”`).join('')
const TO_DO: Record<InChargePost, string> = {
  school_admin: '的信起草好了，请看过后发给家长',
  grade_head: '的信起草好了，请看过后发给家长',
  class_teacher: '的信有现成的模板，可以写给本班家长',
}

/** Weeks before: the draft is there, or the template. */
export const draftedMessage = (matter: Matter, today: string): AnyOutgoing =>
  message(matter, today, 'calendar-drafted', {
    title: '有家长信等您准备',
    note: `${titles(matter.nodes)}${TO_DO[matter.nodes[0]?.inCharge ?? 'school_admin']}。`,
  })

/** Days before, when nothing has been sent. */
export const reminderMessage = (matter: Matter, today: string): AnyOutgoing =>
  message(matter, today, 'calendar-reminder', {
    title: '有家长信还没有发',
    note: `${titles(matter.nodes)}快到了，信还没有发。今年不发的，请在年度日历里写明原因。`,
  })

/** From above, by somebody who has looked who is still missing. */
export const nudgeMessage = (matter: Matter, today: string, sender: string): AnyOutgoing =>
  message(matter, today, 'calendar-nudge', {
    title: '请尽快发这封家长信',
    note: `${sender}提醒：${titles(matter.nodes)}的信还没有发。今年不发的，请在年度日历里写明原因。`,
  })

/** A letter is in somebody's hands and its node has moved. */
export const movedMessage = (
  matter: Matter,
  { move, about }: { move: NodeMove; about: string },
  today: string,
): AnyOutgoing =>
  message(
    matter,
    today,
    'calendar-moved',
    { title: move.isOff ? '节点今年停用了' : '节点改了日期', note: about },
    [move.from, move.to, move.isOff],
  )

function message(
  matter: Matter,
  today: string,
  subject: string,
  { title, note }: { title: string; note: string },
  about: readonly unknown[] = [],
): AnyOutgoing {
  const first = matter.nodes.map((it) => it.from).sort()[0] ?? today
  return {
    kind: 'staffMatter',
    subject,
    personId: matter.personId,
    step: stepOf(today, matter, about),
    values: { title, who: dayInWords(first), unit: matter.unitName, note },
    page: '/pages/home/home',
    path: matter.path,
  }
}
