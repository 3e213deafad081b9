import type Router from '@koa/router'
import { appointStaff, endPost, listStaff } from '#contract/org'
import { endPostById, listMyDeputies, listPostsOf, nameDeputy, readAppointing } from '#contract/posts'
import type { StaffActor } from '../../../http/actor.ts'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { appointScope, unitScope } from '../../org/policy.ts'
import { endsWithinDays, may, needsConsole, postsToGive } from '../../org/rules.ts'
import { isWithin } from '../../org/tree/rules.ts'
import * as accounts from '../service.ts'
import * as deputies from './deputies/service.ts'
import { postToDeputise, postToEnd } from './policy.ts'
import { presentHistory, presentLeaves, presentStaff } from './present.ts'
import * as posts from './service.ts'

/** Posts are given and ended by somebody above. */
export function postRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, listStaff, async ({ actor, unitId, after, show = 'current' }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const now = clock.now()
    const { people, next } = await accounts.staffWithin(scope.path, { after, show, now })
    return {
      staff: await presentStaff(actor, people, { path: scope.path, show, now }),
      next,
      abilities: { appoint: scope.may('appoint'), keepSignIn: scope.may('keepSignIn') },
    }
  })

  serve(router, readAppointing, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'appoint')
    return {
      posts: postsToGive(scope.kind, appointingAt(actor, scope.path)).map((post) => ({
        post,
        endsWithinDays: endsWithinDays(post),
        needsConsole: needsConsole(post),
      })),
    }
  })

  serve(router, appointStaff, async ({ actor, caller: _, unitId, ...appointment }) => {
    const scope = await appointScope(actor, unitId, appointment.post)
    return posts.appoint(scope, actor, appointment, deps)
  })

  serve(router, endPost, async ({ actor, unitId, personId, post }) => {
    await appointScope(actor, unitId, post)
    const held = await posts.findHeld(personId, unitId, post, clock.now())
    if (!held) throw new Refusal('not_found', '这位老师现在没有这个岗位')
    return endOne(actor, { unitId, personId, postId: String(held._id) })
  })

  serve(router, endPostById, async ({ actor, unitId, personId, postId }) =>
    endOne(actor, { unitId, personId, postId }),
  )

  serve(router, nameDeputy, async ({ actor, unitId, personId, postId, phone, fromOn, toOn }) => {
    const held = await postToDeputise(actor, { unitId, personId, postId }, clock.now())
    return deputies.nameDeputy(held, { phone, fromOn, toOn }, deps)
  })

  serve(router, listMyDeputies, async ({ actor }) => {
    const now = clock.now()
    const person = await accounts.self(actor.personId)
    return presentLeaves(actor, person, await deputies.deputiesOf(actor.personId), now)
  })

  serve(router, listPostsOf, async ({ actor, unitId, personId }) => {
    const scope = await unitScope(actor, unitId, 'appoint')
    const person = await accounts.findPerson(personId)
    const held = person ? await presentHistory(person, scope.path, clock.now()) : []
    if (!person || held.length === 0) throw new Refusal('not_found', '没有找到这位教职工')
    return { name: person.name, posts: held }
  })

  async function endOne(actor: StaffActor, address: { unitId: string; personId: string; postId: string }) {
    const { person, post, byId } = await postToEnd(actor, address, clock.now())
    await posts.end(person, post, byId, clock.now())
    return DONE
  }
}

/** By which of their posts somebody appoints at a place. */
const appointingAt = (actor: StaffActor, path: string) =>
  actor.posts.filter((it) => isWithin(path, it.path) && may(it.post, 'appoint')).map((it) => it.post)
