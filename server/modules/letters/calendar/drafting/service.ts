import { createHash } from 'node:crypto'
import { Types } from 'mongoose'
import { idsOf } from '../../../org/tree/rules.ts'
import { LetterModel } from '../../model.ts'
import { presentTemplate } from '../../present.ts'
import { type Day, type Item, mark, type SchoolUnit } from '../marks/service.ts'
import { withDays } from '../following/rules.ts'
import { draftKey, moveOf } from '../rules.ts'
import { templateOf } from '../service.ts'
import { dueOnOf, type Target, targetsOf } from './rules.ts'

/** Drafts in one statement: a letter is two kilobytes. */
const DRAFTS = 500

/** The drafts first, then the mark that they are made: what is removed afterwards does not come back. */
export async function draft(items: Item[], day: Day) {
  const records = items.flatMap((item) =>
    targetsOf(item.node, item, templateOf, day.city).map((target) => letterOf(item, target, day)),
  )
  for (let at = 0; at < records.length; at += DRAFTS) {
    await LetterModel.bulkWrite(
      records.slice(at, at + DRAFTS).map(({ key, letter }) => ({
        updateOne: { filter: { draftKey: key }, update: { $setOnInsert: letter }, upsert: true },
      })),
      { ordered: false },
    )
  }
  await mark(items, 'drafted', day.today)
}

function letterOf(
  { node, key, year }: Item,
  { unit, template, audience }: Target<SchoolUnit>,
  { today }: Day,
) {
  const found = templateOf(template)
  if (!found) throw new Error(`content/letters has no ${template}`)
  const { code, kind, title, body, pledge, confirmation, dueDays, form, blanks, offersHelp } =
    presentTemplate(found)
  const once = draftKey(key, String(unit._id), code)
  const letter = {
    ...{ kind, title, body, pledge, confirmation },
    ...(form && { form }),
    ...(offersHelp && { offersHelp }),
    blanks: withDays(
      (blanks ?? []).map(({ example: _, ...it }) => it),
      node,
      found,
    ),
    dueOn: dueOnOf(node, { confirmation, dueDays }, today),
    node: { key, code: node.code, year, title: node.title, template: code },
    nodeDays: moveOf(node),
    draftKey: once,
    unitId: unit._id,
    unitName: unit.fullName,
    path: unit.path,
    ownerIds: idsOf(unit.path).map((it) => new Types.ObjectId(it)),
    audience: audience.map((it) => ({ unitId: it._id, path: it.path, name: it.fullName })),
    // Of the office, until somebody takes it up.
    authorId: unit._id,
    authorName: '年度日历',
    requestId: createHash('sha256').update(once).digest('hex').slice(0, 40),
  }
  return { key: once, letter }
}
