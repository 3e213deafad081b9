import type Router from '@koa/router'
import * as life from '#contract/letter-life'
import * as api from '#contract/letters'
import { signLink } from '../../../http/links.ts'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { ownChild } from '../../org/policy.ts'
import { mineOf, object } from '../objections/service.ts'
import { picturesIn } from '../answers/present.ts'
import { hiddenWithin } from '../looks/service.ts'
import { hiddenPictures } from '../pictures/service.ts'
import { letterForChild } from '../policy.ts'
import { nameOfCopy, refuseWithheld, sign } from '../signatures/service.ts'
import { withdrawnFrom } from '../withdrawals/service.ts'
import { presentMyLetter, presentMyLine, presentWithdrawn } from './present.ts'
import * as mine from './service.ts'

/** A letter as this guardian sees it: what they have objected is read again by nobody else of the family. */
export const presentOpened = async (opened: mine.Opened, now: Date, deps: Pick<Deps, 'fields' | 'env'>) =>
  presentMyLetter(opened, now, {
    ...deps,
    hidden: await hiddenPictures(picturesIn(opened.answers.flatMap((it) => it.items))),
    hiddenWithin: await hiddenWithin(opened.proof.letter),
    said: await mineOf(opened.proof, opened.sheet, deps),
    pictureOf: (id) => signLink(`/letter-pictures/${id}`, opened.proof.child.personId, now, deps.env),
  })

export function myLetterRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  const present = (opened: mine.Opened, now: Date) => presentOpened(opened, now, deps)

  serve(router, api.listMyLetters, async ({ actor, studentId, only, after }) => {
    const child = await ownChild(actor, studentId)
    const now = clock.now()
    if (only === 'todo') {
      return { letters: (await mine.openLettersTo(child, now)).map(presentMyLine), next: null }
    }
    const { lines, next } = await mine.lettersTo(child, after, now)
    return { letters: lines.map(presentMyLine), next }
  })

  serve(router, life.listMyWithdrawnLetters, async ({ actor, studentId }) => {
    const child = await ownChild(actor, studentId)
    return { letters: (await withdrawnFrom(child, clock.now())).map(presentWithdrawn) }
  })

  serve(router, api.openMyLetter, async ({ actor, studentId, letterId }) => {
    const proof = await letterForChild(await ownChild(actor, studentId), letterId)
    const now = clock.now()
    return present(await mine.open(proof, now), now)
  })

  serve(router, api.confirmMyLetter, async ({ actor, studentId, letterId }) => {
    const proof = await letterForChild(await ownChild(actor, studentId), letterId)
    const now = clock.now()
    return present(await mine.confirm(proof, now), now)
  })

  serve(router, api.objectToMyLetter, async ({ actor, studentId, letterId, reason }) => {
    const proof = await letterForChild(await ownChild(actor, studentId), letterId)
    const now = clock.now()
    return present(await mine.withNames(proof, await object(proof, reason, now, deps)), now)
  })

  serve(router, api.signMyLetter, async ({ actor, studentId, letterId, strokes, width, height }) => {
    const proof = await letterForChild(await ownChild(actor, studentId), letterId)
    const now = clock.now()
    return present(await sign(proof, { strokes, width, height }, now, deps), now)
  })

  serve(router, api.readMySignedCopy, async ({ actor, studentId, letterId }) => {
    const { letter, child } = await letterForChild(await ownChild(actor, studentId), letterId)
    await refuseWithheld(letter, child.studentId, child.personId)
    const name = await nameOfCopy(letter, { studentId, personId: child.personId })
    const path = `/signed-copies/${letterId}/${studentId}?as=guardian` as const
    return { link: signLink(path, actor.personId, clock.now(), env), name }
  })
}
