import type Router from '@koa/router'
import * as api from '#contract/live'
import { serve } from '../../../../http/serve.ts'
import { sendFile } from '../../../../http/files.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { liveDir } from '../../../../infra/live/open.ts'
import { addressOf } from '../../../files/rules.ts'
import { findAssets } from '../../../files/service.ts'
import { ownChild } from '../../../org/policy.ts'
import type { LiveRecord, SeatRecord } from '../model.ts'
import { type ChildsLive, liveFor } from '../policy.ts'
import { hasReplay, presentMine, presentMyQuestion } from '../present.ts'
import * as questions from '../questions/service.ts'
import { neededSeconds } from '../rules.ts'
import * as lives from '../service.ts'
import * as mine from './service.ts'

export function myLiveRoutes(router: Router, { clock }: Deps) {
  serve(router, api.listMyLive, async ({ actor, studentId }) => {
    const { coming, past } = await lives.classesFor(await ownChild(actor, studentId), clock.now())
    const all = [...coming, ...past]
    const [names, seats] = await Promise.all([
      lives.namesFor(all),
      mine.seatsOf(
        actor.personId,
        all.map((it) => it._id),
      ),
    ])
    const shown = (it: LiveRecord) => presentMine(it, names, seats.get(String(it._id)))
    return { coming: coming.map(shown), past: past.map(shown) }
  })

  serve(router, api.readMyLive, async ({ actor, studentId, liveId }) =>
    shownOf(await liveFor(await ownChild(actor, studentId), liveId)),
  )

  serve(router, api.registerLive, async ({ actor, studentId, liveId }) => {
    const proof = await liveFor(await ownChild(actor, studentId), liveId)
    await mine.register(proof, clock.now())
    return shownOf(proof)
  })

  serve(router, api.unregisterLive, async ({ actor, studentId, liveId }) => {
    const proof = await liveFor(await ownChild(actor, studentId), liveId)
    await mine.withdraw(proof)
    return shownOf(proof)
  })

  serve(router, api.joinLive, async ({ actor, studentId, liveId }) => {
    const proof = await liveFor(await ownChild(actor, studentId), liveId)
    return roomOf(proof, await mine.join(proof, clock.now()))
  })

  serve(router, api.beatLive, async ({ actor, studentId, liveId, played }) => {
    const proof = await liveFor(await ownChild(actor, studentId), liveId)
    return roomOf(proof, await mine.beat(proof, played, clock.now()))
  })

  serve(router, api.askLive, async ({ actor, studentId, liveId, requestId, text }) => {
    const proof = await liveFor(await ownChild(actor, studentId), liveId)
    await questions.ask(proof, { requestId, text }, clock.now())
    return roomOf(proof, await mine.seatOf(proof))
  })
}

async function shownOf(proof: ChildsLive) {
  const [names, seat] = await Promise.all([lives.namesFor([proof.live]), mine.seatOf(proof)])
  return presentMine(proof.live, names, seat ?? undefined)
}

async function roomOf(proof: ChildsLive, seat: SeatRecord | null) {
  const { live } = proof
  const [asked, address] = await Promise.all([questions.questionsFor(proof), addressFor(live)])
  const held =
    live.startedAt && live.endedAt ? (live.endedAt.getTime() - live.startedAt.getTime()) / 1000 : null
  return {
    status: live.status,
    address,
    presentSeconds: seat?.watched ?? 0,
    neededSeconds: neededSeconds(live.minutes, held === null ? null : Math.floor(held)),
    hasAttended: Boolean(seat?.attendedAt),
    questions: asked.map(({ question, isMine }) => presentMyQuestion(question, isMine)),
  }
}

/** The stream while the class is on, the film that was made of the recording afterwards. */
async function addressFor(live: LiveRecord) {
  if (live.status === 'live') return live.playAddress ?? null
  if (!hasReplay(live) || !live.assetId) return null
  const [asset] = await findAssets([live.assetId])
  return asset?.status === 'ready' ? addressOf(asset) : null
}

/** The streams of the built-in service: a folder nobody guesses for each, and nothing in it that a proxy may keep. */
export function livePages(site: Router, deps: Pick<Deps, 'env'>) {
  site.get('/live-media/:stream/:name', async (ctx) => {
    const { stream = '', name = '' } = ctx.params
    await sendFile(ctx, liveDir(deps.env), `${stream}/${name}`, 0)
  })
}
