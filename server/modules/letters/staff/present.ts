import { blocksOf } from '#contract/letter-text'
import { type Hidden, withoutHidden } from '../looks/rules.ts'
import type { StaffLetter, StaffLetterLine, StaffReceipt } from '#contract/staff-letters'
import { POST_WORDS } from '#contract/posts'
import type { Correction } from '#contract/letters'
import { fillingForStaff } from './rules.ts'
import type { namedStaffSheet, recordOfStaff, StaffLine } from './service.ts'

export function presentStaffLine({ letter, standing }: StaffLine): StaffLetterLine {
  const { isRead, isDone, isOverdue } = standing
  return {
    id: String(letter._id),
    title: letter.title,
    from: letter.unitName,
    sentAt: letter.sentAt.toISOString(),
    dueOn: letter.dueOn ?? null,
    confirmation: letter.confirmation === 'confirm' ? 'confirm' : 'read',
    ...(letter.form && { hasForm: true }),
    ...{ isRead, isDone, isOverdue },
  }
}

export function presentStaffLetter(
  opened: Awaited<ReturnType<typeof recordOfStaff>>,
  hidden: ReadonlyMap<string, Hidden>,
  receipts: StaffReceipt[] = [],
  correction: Correction | null = null,
): StaffLetter {
  const { letter, standing, reader, schoolName } = opened
  const filling = fillingForStaff(reader, schoolName, letter.sentAt)
  return {
    ...presentStaffLine(opened),
    pledge: letter.pledge,
    blocks: withoutHidden(blocksOf(letter.body, filling), hidden),
    ...(letter.attachments?.length && { attachments: letter.attachments }),
    version: letter.version,
    correction,
    supersededBy: letter.supersededBy ? String(letter.supersededBy) : null,
    readAt: standing.readAt?.toISOString() ?? null,
    confirmedAt: standing.confirmedAt?.toISOString() ?? null,
    form: letter.form ?? null,
    receipts,
    abilities: {
      confirm: letter.confirmation === 'confirm' && !letter.form && !standing.isDone && !letter.supersededBy,
    },
  }
}

export function presentStaffRows(
  { unitName, sheet, people }: Awaited<ReturnType<typeof namedStaffSheet>>,
  unitNames: Map<string, string>,
) {
  const at = (marks: Record<string, Date> | undefined, personId: string) =>
    marks?.[personId]?.toISOString() ?? null
  return people.map(({ personId, name, posts }) => {
    const [held] = posts
    return {
      personId,
      name,
      posts: held
        ? `${placeOf(unitNames.get(String(held.unitId)) ?? '', unitName)}${POST_WORDS[held.post]}`
        : '',
      readAt: at(sheet?.readBy, personId),
      confirmedAt: at(sheet?.confirmedBy, personId),
      answeredAt: at(sheet?.answeredBy, personId),
    }
  })
}

/** 七年级2班, said inside its school. */
const placeOf = (fullName: string, schoolName: string) =>
  fullName.startsWith(schoolName) ? fullName.slice(schoolName.length) : fullName
