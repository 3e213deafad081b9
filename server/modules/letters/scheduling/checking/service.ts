import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { countHolders } from '../../../accounts/holders/service.ts'
import { enqueue } from '../../../notify/service.ts'
import { countRule } from '../../../org/audiences/counting/service.ts'
import { within } from '../../../org/tree/rules.ts'
import { refuseMoved } from '../../addressing/service.ts'
import { isApproved } from '../../approvals/rules.ts'
import { missingCorrection } from '../../editions/service.ts'
import { refuseAltered } from '../../forwards/service.ts'
import type { LetterRecord } from '../../model.ts'
import { obstacle } from '../../rules.ts'
import { refuseForeignLinks } from '../../wording/service.ts'

export type Stores = Pick<Deps, 'files'>

/**
 * Why a letter whose hour has come does not go, with the next step; null when it goes. What held when it was put off is asked once more:
 * sites are taken off lists, originals are withdrawn, children move.
 */
export async function whyHeldBack(letter: LetterRecord, stores: Stores, now: Date): Promise<string | null> {
  if (letter.approval?.state === 'approved' && !isApproved(letter)) {
    return '审核通过以后内容有过改动，请重新提交审核'
  }
  const said = obstacle(letter, now, now) ?? missingCorrection(letter) ?? (await refusalOf(letter))
  if (said) return said
  for (const { name, sha256 } of letter.attachments ?? []) {
    if (!(await stores.files.has(sha256))) return `附件“${name}”找不到了，请去掉它重新加一次`
  }
  return (await hasReaders(letter, now)) ? null : '收信范围里现在没有人，请重新选择发给谁'
}

async function refusalOf(letter: LetterRecord) {
  try {
    await refuseForeignLinks(letter, letter)
    await refuseAltered(letter)
    await refuseMoved(letter)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

async function hasReaders({ staff, audience, without, excluded }: LetterRecord, now: Date) {
  if (staff) {
    const ranges = staff.units.map((it) => within(it.path))
    return (await countHolders(ranges, staff.posts, now)) > 0
  }
  return (
    (await countRule({ audience, without: without ?? [], excluded: excluded ?? [] }, { now })).families > 0
  )
}

/** Its author hears of it, and who handed it in. Harmless twice. */
export async function tellHeldBack(letter: LetterRecord, why: string, now: Date) {
  const people = new Set([letter.authorId, letter.approval?.byId].flatMap((it) => (it ? [String(it)] : [])))
  await enqueue(
    [...people].map((personId) => ({
      kind: 'staffMatter' as const,
      subject: `held-${String(letter._id)}`,
      step: `held-${letter.sendAt?.getTime() ?? 0}`,
      path: letter.path,
      page: '/pages/home/home',
      personId,
      values: {
        title: `您的${letter.kind === 'letter' ? '信' : '通知'}没有按时发出`,
        who: '定时发送',
        unit: letter.unitName,
        note: `《${letter.title}》：${why}。它在草稿里，改好再发。`,
      },
    })),
    now,
  )
}
