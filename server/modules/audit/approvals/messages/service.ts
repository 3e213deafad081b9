import { nearestHolders } from '../../../accounts/holders/service.ts'
import { namesOf } from '../../../accounts/service.ts'
import * as notify from '../../../notify/service.ts'
import { postsThatMay } from '../../../org/rules.ts'
import { fullNamesOf } from '../../../org/tree/service.ts'
import type { RequestRecord } from '../model.ts'
import { KIND_WORDS } from '../rules.ts'

const HOME = '/pages/home/home'

async function wordsFor(request: RequestRecord) {
  const [people, units] = await Promise.all([
    namesOf([request.personId, request.decidedBy].flatMap((it) => (it ? [String(it)] : []))),
    fullNamesOf([String(request.unitId)]),
  ])
  const unit = units.get(String(request.unitId)) ?? ''
  const nameOf = (id: unknown) => people.get(String(id)) ?? '老师'
  const what = KIND_WORDS[request.kind]
  return { unit, nameOf, what, about: { subject: `approval-${String(request._id)}`, path: request.path } }
}

/** Whoever answers for the unit hears that a request waits; nobody hears of their own. Harmless twice. */
export async function announceRequest(request: RequestRecord, now: Date) {
  const [{ unit, nameOf, what, about }, people] = await Promise.all([
    wordsFor(request),
    nearestHolders(request.path, postsThatMay('approveExports'), {
      exceptId: String(request.personId),
      now,
    }),
  ])
  const values = {
    title: `有人申请${what}，等您审批`,
    who: nameOf(request.personId),
    unit,
    note: `用途是“${request.words}”。请在控制台的“名单审批”里处理，七天后自动失效。`,
  }
  await notify.enqueue(
    people.map((personId) => ({
      ...about,
      kind: 'staffMatter',
      step: 'asked',
      personId,
      values,
      page: HOME,
    })),
    now,
  )
}

/** Who asked hears the answer. */
export async function announceAnswer(request: RequestRecord, now: Date) {
  const { unit, nameOf, what, about } = await wordsFor(request)
  const isGiven = request.status === 'approved'
  const said = request.answer ? `说明：${request.answer}` : ''
  const values = {
    title: isGiven ? `您申请的${what}同意了` : `您申请的${what}没有同意`,
    who: nameOf(request.decidedBy),
    unit,
    note: isGiven ? `24小时内有效。${said}` : said,
  }
  const personId = String(request.personId)
  await notify.enqueue(
    [{ ...about, kind: 'staffMatter', step: 'answered', personId, values, page: HOME }],
    now,
  )
}
