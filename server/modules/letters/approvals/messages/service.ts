import { nearestHolders } from '../../../accounts/holders/service.ts'
import * as notify from '../../../notify/service.ts'
import { postsThatMay } from '../../../org/rules.ts'
import type { LetterRecord } from '../../model.ts'

const HOME = '/pages/home/home'

/** A letter that goes back and forth is a new matter each time. */
const about = ({ _id, path, approval }: LetterRecord, step: string) => ({
  subject: `approval-${String(_id)}`,
  path,
  step: `${step}-${approval?.at.getTime() ?? 0}`,
  kind: 'staffMatter' as const,
  page: HOME,
})

const what = ({ kind }: LetterRecord) => (kind === 'letter' ? '信' : '通知')

/** Whoever may say yes hears that a letter waits. Harmless twice. */
export async function announceSubmission(letter: LetterRecord, approverPath: string, now: Date) {
  const { approval } = letter
  if (!approval) return
  const people = await nearestHolders(approverPath, postsThatMay('writeLetters'), {
    exceptId: String(approval.byId),
    now,
  })
  const values = {
    title: approval.isForSafety
      ? '有一条通知请您看一下'
      : `有一${letter.kind === 'letter' ? '封信' : '条通知'}等您审核`,
    who: approval.by,
    unit: letter.unitName,
    note: `《${letter.title}》，请在控制台的“内容审核”里看。`,
  }
  await notify.enqueue(
    people.map((personId) => ({ ...about(letter, 'submitted'), personId, values })),
    now,
  )
}

/** Who handed it in hears the answer. */
export async function announceDecision(letter: LetterRecord, now: Date) {
  const { approval } = letter
  if (!approval) return
  const isApproved = approval.state === 'approved'
  const values = {
    title: isApproved ? `您的${what(letter)}通过了审核` : `您的${what(letter)}退回来了`,
    who: approval.decidedBy ?? approval.approverName,
    unit: letter.unitName,
    note: isApproved
      ? `《${letter.title}》${FATE[letter.status] ?? '可以发了'}。`
      : `《${letter.title}》：${approval.words ?? ''}`,
  }
  await notify.enqueue(
    [{ ...about(letter, isApproved ? 'approved' : 'returned'), personId: String(approval.byId), values }],
    now,
  )
}

const FATE: Partial<Record<LetterRecord['status'], string>> = {
  sending: '已经发出',
  sent: '已经发出',
  scheduled: '到时候会自动发出',
}
