import type { MyLetter, MyLetterLine } from '#contract/letters'
import { blocksOf } from '#contract/letter-text'
import { fillingFor } from '../rules.ts'
import { presentDeed } from '../sheets/present.ts'
import { standing } from './rules.ts'
import type { Line, Opened } from './service.ts'

/** 实验中学 · 李老师; an office writes in its own name. */
const fromOf = ({ unitName, authorName, kind }: { unitName: string; authorName: string; kind: string }) =>
  kind === 'notice' && authorName ? `${unitName} · ${authorName}` : unitName

export function presentMyLine({ letter, standing }: Line): MyLetterLine {
  return {
    id: String(letter._id),
    kind: letter.kind,
    title: letter.title,
    from: fromOf(letter),
    sentAt: letter.sentAt.toISOString(),
    confirmation: letter.confirmation,
    dueOn: letter.dueOn ?? null,
    ...standing,
  }
}

export function presentMyLetter({ proof: { letter, child }, sheet, bonds }: Opened, now: Date): MyLetter {
  const filling = fillingFor(sheet, child)
  const of = { studentId: child.studentId, childName: child.studentName, bonds }
  const stand = standing(letter, sheet, child.studentId, now)
  const mayAnswer = !letter.supersededBy && !stand.isDone
  return {
    ...stand,
    id: String(letter._id),
    kind: letter.kind,
    title: letter.title,
    from: fromOf(letter),
    childName: child.studentName,
    className: sheet.className,
    sentAt: letter.sentAt.toISOString(),
    dueOn: letter.dueOn ?? null,
    confirmation: letter.confirmation,
    pledge: letter.pledge,
    blocks: blocksOf(letter.body, filling),
    version: letter.version,
    textHash: letter.textHash,
    supersededBy: letter.supersededBy ? String(letter.supersededBy) : null,
    read: presentDeed(sheet.readBy, of),
    confirmed: presentDeed(sheet.confirmedBy, of),
    signed: presentDeed(sheet.signedBy, of),
    abilities: {
      confirm: mayAnswer && letter.confirmation === 'confirm',
      sign: mayAnswer && letter.confirmation === 'sign',
      seeCopy: stand.state === 'signed',
    },
  }
}
