import { Refusal } from '../../../http/errors.ts'
import { approvalOfPost } from '../../audit/approvals/service.ts'
import { record } from '../../audit/service.ts'
import { joinedGuardiansOf } from '../../org/audiences/service.ts'
import { findStudents } from '../../org/families/service.ts'
import { LetterModel, type LetterRecord } from '../model.ts'
import { SheetModel, type SheetRecord } from '../sheets/model.ts'
import { sheetId } from '../sheets/rules.ts'
import { asPastLetter, type FormerClasses, type OwnPastLetter } from './policy.ts'

const MOST = 100

/** The letters somebody sent to their classes before these moved up, the last first. */
export async function pastLettersOf(former: FormerClasses, now: Date): Promise<OwnPastLetter[]> {
  if (former.classes.length === 0) return []
  const letters = await LetterModel.find({
    unitId: { $in: former.classes.map((it) => it._id) },
    authorId: former.personId,
    status: 'sent',
  })
    .sort({ _id: -1 })
    .limit(MOST)
    .lean<LetterRecord[]>()
  const own = await Promise.all(letters.map((it) => asPastLetter(former, it, now)))
  return own.filter((it) => it !== null)
}

/** Its sheet with the names on it. What a 班主任 of the school may see day by day covers it, and the log says who looked (条例 36). */
export async function pastSheet({ letter, klass }: OwnPastLetter, now: Date) {
  const approval = await approvalOfPost(klass.path, 'class_teacher', 'names', 'class')
  const sheet = await SheetModel.findById(sheetId(String(letter._id), String(klass._id))).lean<SheetRecord>()
  if (!sheet) throw new Refusal('not_found', '这封信没有签收单')
  const unit = { unitId: String(klass._id), path: klass.path }
  await record('sheet.read', { unit, approval, detail: `《${letter.title}》，原班主任回看` }, now)
  const [students, bonds] = await Promise.all([
    findStudents(sheet.roster.map(String)),
    joinedGuardiansOf(sheet.roster),
  ])
  students.sort((a, b) => (a.number < b.number ? -1 : 1))
  return { sheet, students, bonds }
}
