import { Types } from 'mongoose'
import type { Deps } from '../../../infra/deps.ts'
import type { FamilyInScope } from '../../org/families/policy.ts'
import { guardiansOf } from '../../org/families/service.ts'
import { isWithin } from '../../org/tree/rules.ts'
import { Refusal } from '../../../http/errors.ts'
import { isFor } from '../kinds/rules.ts'
import { OutboxModel, type OutboxRecord } from '../model.ts'
import { silencesOf } from '../reach/service.ts'
import { labelOf } from '../rules.ts'
import { subscriptionsOf } from '../service.ts'
import { choicesOf } from '../texting/choices/service.ts'
import { HINTS, outcomeOf } from './rules.ts'

const MOST = 30

/** Why a guardian of a child got nothing: for whoever keeps the family, who is asked on the phone. */
export async function explainTo(
  { student, scope }: FamilyInScope<'seeFamilies'>,
  guardianshipId: string,
  deps: Pick<Deps, 'env'>,
  now: Date,
) {
  const bond = (await guardiansOf([student._id])).find((it) => String(it._id) === guardianshipId)
  if (!bond) throw new Refusal('not_found', '没有找到这位家长')
  if (!bond.personId) return { hints: [HINTS.notJoined], subscriptions: [], messages: [] }
  const personId = String(bond.personId)
  const [silences, [choice], subscriptions, messages] = await Promise.all([
    silencesOf([personId], 'letterReminder', deps, now),
    choicesOf([personId]),
    subscriptionsOf(personId, deps),
    OutboxModel.find({
      personId: new Types.ObjectId(personId),
      showAt: { $lte: now },
      isHidden: { $ne: true },
    })
      .sort({ showAt: -1, _id: -1 })
      .limit(MOST)
      .lean<OutboxRecord[]>(),
  ])
  const hints = [
    HINTS[silences.get(personId) ?? 'reached'],
    ...(choice?.optedOutAt ? [HINTS.optedOut] : []),
    ...(choice?.badIndex && choice.badIndex === bond.phoneIndex ? [HINTS.badNumber] : []),
  ]
  const studentId = String(student._id)
  // A teacher of one child learns that there were messages about another, and nothing of what they say.
  const isTheirs = (it: OutboxRecord) =>
    Boolean(it.path && isWithin(it.path, scope.path)) && (it._id + it.page).includes(studentId)
  return {
    hints,
    isReached: hints.includes(HINTS.reached) && !hints.includes(HINTS.badNumber),
    subscriptions: subscriptions.filter(({ kind }) => isFor(kind, 'guardian')),
    messages: messages
      .filter(({ kind }) => isFor(kind, 'guardian'))
      .map((it) => ({
        kind: it.kind,
        label: labelOf(it.kind),
        title: isTheirs(it) ? subjectOf(it) : null,
        at: it.showAt.toISOString(),
        status: it.status,
        outcome: outcomeOf(it),
      })),
  }
}

/** 《春游告知书》 of a letter; the headline of anything else. */
const subjectOf = ({ values, title }: OutboxRecord) =>
  typeof values.title === 'string' ? `《${values.title}》` : title
