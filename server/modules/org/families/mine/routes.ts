import type Router from '@koa/router'
import * as api from '#contract/families'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { maskName } from '../../../../infra/field-crypto.ts'
import * as accounts from '../../../accounts/service.ts'
import { agreed, ownChild, ownChildren } from '../../policy.ts'
import { isKeptAway } from '../bars/service.ts'
import * as invitations from '../invitations/service.ts'
import * as keeping from '../keeping/service.ts'
import { invited, placeOf, reported, tellTeacher } from '../messages/service.ts'
import { report } from '../reports/service.ts'
import { refreshKeys } from '../search/service.ts'
import { presentMyFamily } from './present.ts'
import * as mine from './service.ts'

/** Says nothing that the person could not guess, names nobody, and where to ask. */
const NOTICE = '学校按规定调整了您账号里的孩子信息。如有疑问，请向学校了解。'

export function myFamilyRoutes(router: Router, deps: Deps) {
  const { clock, fields } = deps

  serve(router, api.listMyFamilies, async ({ actor }) => {
    const [found, open, isAway] = await Promise.all([
      ownChildren(actor).then(mine.familiesOf),
      invitations.openInvitationsOf(actor.personId, clock.now()),
      isKeptAway(actor.personId),
    ])
    const families = await Promise.all(
      found.map(async (it) =>
        presentMyFamily(it, await placeOf(it.child.path), open.get(it.child.studentId)),
      ),
    )
    return { families, notice: isAway ? NOTICE : null }
  })

  serve(router, api.setMyFamilyMarks, async ({ actor, studentId, ...marks }) => {
    const { student } = await mine.myBond(await ownChild(actor, studentId))
    await keeping.setMarks(student, marks, clock.now())
    return DONE
  })

  serve(router, api.setMyRelation, async ({ actor, studentId, relation }) => {
    const { student, bond } = await mine.myBond(await ownChild(actor, studentId))
    await keeping.setRelation(student, bond, relation, clock.now())
    return DONE
  })

  serve(router, api.handOverPrimary, async ({ actor, studentId, guardianshipId }) => {
    await mine.handOver(await ownChild(actor, studentId), guardianshipId, clock.now())
    return DONE
  })

  serve(router, api.leaveFamily, async ({ actor, studentId, notMine }) => {
    await mine.depart(await ownChild(actor, studentId), notMine, clock.now(), { fields })
    return DONE
  })

  serve(router, api.reportGuardian, async ({ actor, studentId, guardianshipId, reason }) => {
    const child = await ownChild(actor, studentId)
    const bond = await report(child, guardianshipId, reason, clock.now())
    if (!bond) return DONE
    const { student } = await mine.myBond(child)
    const matter = { about: 'reported' as const, key: reported(guardianshipId), student }
    await tellTeacher({ ...matter, who: `${bond.relation}${bond.name}` }, clock.now())
    return DONE
  })

  invitationRoutes(router, deps)
}

function invitationRoutes(router: Router, { clock, fields }: Deps) {
  serve(router, api.inviteGuardian, async ({ actor, studentId }) => {
    const { code, expiresAt } = await invitations.invite(await ownChild(actor, studentId), clock.now())
    return { code, expiresAt: expiresAt.toISOString() }
  })

  serve(router, api.withdrawInvitation, async ({ actor, studentId }) => {
    await invitations.withdraw(await ownChild(actor, studentId), clock.now())
    return DONE
  })

  serve(router, api.readInvitation, async ({ actor, code }) => {
    const person = await accounts.findPerson(actor.personId)
    const who = { personId: actor.personId, phoneIndex: person?.phoneIndex }
    const { invitation, student } = await invitations.findOpen(code, who, clock.now())
    return {
      maskedStudentName: maskName(student.name),
      ...(await placeOf(student.path)),
      inviterRelation: invitation.inviterRelation,
      expiresAt: invitation.expiresAt.toISOString(),
    }
  })

  serve(router, api.acceptInvitation, async ({ actor, code, name, relation }) => {
    agreed(actor)
    const person = await accounts.findPerson(actor.personId)
    const phone = { phone: person?.phone ?? null, phoneIndex: person?.phoneIndex ?? null }
    const who = { personId: actor.personId, name, relation, ...phone }
    const { bond, student, isNew } = await invitations.accept(code, who, clock.now())
    if (isNew) {
      await refreshKeys([student._id], { fields })
      await accounts.nameIfNameless(actor.personId, name)
      const matter = { about: 'invited' as const, key: invited(bond._id), student }
      await tellTeacher({ ...matter, who: `${bond.relation}${bond.name || name}` }, clock.now())
    }
    return { studentId: String(student._id) }
  })
}
