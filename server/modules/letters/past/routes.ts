import type Router from '@koa/router'
import { listMyPastLetters, type PastLetter, readMyPastSheet } from '#contract/letters'
import { serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import { presentLine } from '../present.ts'
import { presentRows } from '../sheets/present.ts'
import { NOTHING, sheetId } from '../sheets/rules.ts'
import { talliesOfSheets } from '../sheets/service.ts'
import { formerClasses, type OwnPastLetter, ownPastLetter } from './policy.ts'
import { pastLettersOf, pastSheet } from './service.ts'

/** What a 班主任 sent to a class that has moved up since: to be read again for a while, and nothing more. */
export function pastLetterRoutes(router: Router, { clock }: Deps) {
  serve(router, listMyPastLetters, async ({ actor }) => {
    const now = clock.now()
    return { letters: await shown(await pastLettersOf(await formerClasses(actor, now), now)) }
  })

  serve(router, readMyPastSheet, async ({ actor, letterId }) => {
    const now = clock.now()
    const own = await ownPastLetter(actor, letterId, now)
    const rows = presentRows(await pastSheet(own, now))
    const [letter] = await shown([own])
    if (!letter) throw new Error('One was asked for')
    return { letter, rows }
  })
}

async function shown(letters: OwnPastLetter[]): Promise<PastLetter[]> {
  const tallies = await talliesOfSheets(
    letters.map(({ letter, klass }) => sheetId(String(letter._id), String(klass._id))),
  )
  return letters.map(({ letter, klass, readableTo }) => ({
    ...presentLine(letter, tallies.get(String(letter._id)) ?? NOTHING),
    className: klass.fullName,
    readableTo,
  }))
}
