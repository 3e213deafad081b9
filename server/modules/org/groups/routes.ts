import type Router from '@koa/router'
import * as api from '#contract/groups'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { soughtNumber } from '../../../infra/id-numbers.ts'
import * as audit from '../../audit/service.ts'
import { MARKS } from '../audiences/rules.ts'
import { unitScope } from '../policy.ts'
import { fullNamesOf } from '../tree/service.ts'
import { addToGroup } from './entering/service.ts'
import type { ChildGroupRecord } from './model.ts'
import { undoUntil } from './filling/present.ts'
import * as fills from './filling/service.ts'
import { groupInScope, type GroupInScope } from './policy.ts'
import { presentGroup, presentLeftOut, presentMember } from './present.ts'
import { KEPT_AT } from './rules.ts'
import * as groups from './service.ts'

export function groupRoutes(router: Router, { clock, fields }: Deps) {
  serve(router, api.listGroups, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    const [found, marks] = await Promise.all([
      groups.groupsWithin(scope, clock.now()),
      groups.markCounts(scope),
    ])
    return {
      groups: await presented(found),
      marks: MARKS.map((mark) => ({ mark, families: marks[mark] })),
      mayKeep: KEPT_AT.includes(scope.kind),
    }
  })

  serve(router, api.createGroup, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    return one(await groups.createGroup(scope, said, clock.now()))
  })

  serve(router, api.changeGroup, async ({ actor, caller: _, groupId, ...said }) => {
    const now = clock.now()
    return one(await groups.changeGroup(await groupInScope(actor, groupId, now), said, now))
  })

  serve(router, api.closeGroup, async ({ actor, groupId }) => {
    const now = clock.now()
    await groups.closeGroup(await groupInScope(actor, groupId, now), now)
    return DONE
  })

  serve(router, api.listGroupMembers, async ({ actor, groupId, after, search = '' }) => {
    const now = clock.now()
    const proof = await groupInScope(actor, groupId, now)
    await audit.namesSeen('group.read', proof.scope, now, proof.group.name)
    const sought = soughtNumber(search.trim(), fields)
    const { students, next, found } = await groups.membersPage(proof, { after, sought })
    const names = await fullNamesOf(students.map((it) => String(it.classId)))
    const members = students.map((it) => presentMember(it, proof.group, names.get(String(it.classId)) ?? ''))
    return { group: await one(proof.group), members, next, found, undoable: await undoable(proof, now) }
  })

  serve(router, api.addToGroup, async ({ actor, groupId, studentIds, numbers }) => {
    const now = clock.now()
    const proof = await groupInScope(actor, groupId, now)
    const told = await addToGroup(proof, { studentIds, numbers }, now, { fields })
    return { ...told, leftOut: told.leftOut.map(presentLeftOut) }
  })

  serve(router, api.removeFromGroup, async ({ actor, groupId, studentIds }) => {
    const now = clock.now()
    return { removed: await groups.removeFromGroup(await groupInScope(actor, groupId, now), studentIds, now) }
  })
}

async function undoable(proof: GroupInScope, now: Date) {
  const fill = await fills.lastUndoable(proof, now)
  const until = fill && undoUntil(fill, now)
  if (!fill || !until) return null
  const { added } = await fills.tallyOf(fill)
  return { fillId: String(fill._id), fileName: fill.fileName, added, until }
}

async function presented(found: ChildGroupRecord[]) {
  const [sizes, names] = await Promise.all([
    groups.sizesOf(found),
    fullNamesOf([...new Set(found.map((it) => String(it.unitId)))]),
  ])
  return found.map((it) =>
    presentGroup(it, names.get(String(it.unitId)) ?? '', sizes.get(String(it._id)) ?? 0),
  )
}

async function one(group: ChildGroupRecord) {
  const [shown] = await presented([group])
  if (!shown) throw new Error('One was asked for')
  return shown
}
