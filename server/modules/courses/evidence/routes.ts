import type Router from '@koa/router'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import * as api from '#contract/evidence'
import type { GuardianActor } from '../../../http/actor.ts'
import { readBytes } from '../../../http/bytes.ts'
import { Refusal } from '../../../http/errors.ts'
import { openLink, sendDownload, signLink } from '../../../http/links.ts'
import { admit, DONE, serve } from '../../../http/serve.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as accounts from '../../accounts/service.ts'
import * as audit from '../../audit/service.ts'
import * as families from '../../org/families/service.ts'
import { ownChild, unitScope } from '../../org/policy.ts'
import * as tree from '../../org/tree/service.ts'
import { journey } from '../journeys/service.ts'
import { learner } from '../policy.ts'
import { settleEvidence } from '../certifying/service.ts'
import type { EvidenceRecord } from './model.ts'
import { ownEvidence, ownGathering } from './policy.ts'
import { presentEvidenceRow, presentGathering, presentMyEvidence } from './present.ts'
import { codeAt, PICTURE_BYTES } from './rules.ts'
import * as evidence from './service.ts'

export function evidenceRoutes(router: Router, deps: Deps) {
  const { clock, env, files } = deps
  const tries = new RateLimiterRedis({
    storeClient: deps.redis,
    keyPrefix: 'check-in',
    points: 10,
    duration: 600,
  })

  serve(router, api.readMyEvidence, async ({ actor, code, studentId }) => {
    const child = await ownChild(actor, studentId)
    const { programme } = await journey(learner(actor), code, [child], clock.now())
    const [given, isGiven] = await Promise.all([
      evidence.givenBy(child, code),
      evidence.isGiven(programme, actor.personId, studentId),
    ])
    return presentMyEvidence(programme, given, isGiven)
  })

  serve(router, api.checkIn, async ({ actor, studentId, code }) => {
    const child = await ownChild(actor, studentId)
    await tries.consume(actor.personId).catch((error: unknown) => {
      if (!(error instanceof RateLimiterRes)) return // without Redis checking in stays possible
      throw new Refusal('too_many', '试的次数太多了，请10分钟后再试，或请老师帮您登记', 600)
    })
    const found = await evidence.checkIn(child, code, clock.now())
    await settleEvidence(child.studentId, deps)
    return { title: found.title, at: clock.now().toISOString() }
  })

  router.post('/me/programmes/:code/evidence-picture', async (ctx) => {
    const actor = ctx.state.actor as GuardianActor | null
    admit(api.readMyEvidence, actor)
    if (!actor) return
    const child = await ownChild(actor, String(ctx.query.studentId))
    const { programme } = await journey(learner(actor), ctx.params.code ?? '', [child], clock.now())
    const bytes = await readBytes(ctx, PICTURE_BYTES, '照片最大8 MB，请压缩后再上传')
    await evidence.give(child, programme, bytes, clock.now(), deps)
    ctx.body = DONE
  })

  serve(router, api.listGatherings, async ({ actor, unitId }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const found = await evidence.gatheringsOf(scope)
    return {
      gatherings: found.map((it) => presentGathering(it, clock.now())),
      abilities: { open: scope.may('decideEvidence') },
    }
  })

  serve(router, api.openGathering, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'decideEvidence')
    return presentGathering(await evidence.open(scope, said, clock.now()), clock.now())
  })

  serve(router, api.readGatheringCode, async ({ actor, gatheringId }) => {
    const { gathering } = await ownGathering(actor, gatheringId)
    const now = clock.now()
    if (gathering.closesAt <= now) throw new Refusal('conflict', '这次签到已经结束了')
    return { ...codeAt(gathering.secret, now), gathering: presentGathering(gathering, now) }
  })

  serve(router, api.closeGathering, async ({ actor, gatheringId }) =>
    presentGathering(await evidence.close(await ownGathering(actor, gatheringId), clock.now()), clock.now()),
  )

  serve(router, api.listEvidence, async ({ actor, unitId, ...wanted }) => {
    const scope = await unitScope(actor, unitId, 'decideEvidence')
    await audit.namesSeen('evidence.listed', scope, clock.now())
    const page = await evidence.evidenceIn(scope, wanted)
    return { ...page, evidence: await rowsOf(page.evidence, actor.personId) }
  })

  serve(router, api.decideEvidence, async ({ actor, evidenceId, accept, words }) => {
    const own = await ownEvidence(actor, evidenceId)
    const decided = await evidence.decide(own, { accept, words }, clock.now())
    const studentIds = [String(decided.studentId)]
    await audit.record('evidence.decided', { unit: own.scope, studentIds }, clock.now())
    await settleEvidence(String(decided.studentId), deps, decided)
    return DONE
  })

  router.get('/evidence/:evidenceId/picture', async (ctx) => {
    const { personId } = openLink(ctx, clock.now(), env)
    const actor = await accounts.staffActor(personId, clock.now())
    const own = await ownEvidence(actor, ctx.params.evidenceId ?? '')
    if (!own.evidence.picture) throw new Refusal('not_found', '没有这份文件')
    const bytes = await files.get(own.evidence.picture)
    sendDownload(ctx, { bytes, type: 'image/jpeg', name: '活动证明.jpg', inline: true })
  })

  async function rowsOf(rows: EvidenceRecord[], personId: string) {
    const [students, people, classes] = await Promise.all([
      families.findStudents(rows.map((it) => String(it.studentId))),
      Promise.all(rows.map((it) => accounts.findPerson(String(it.personId)))),
      tree.findUnits(rows.map((it) => String(it.unitIds.at(-1)))),
    ])
    return rows.map((it, at) =>
      presentEvidenceRow(
        it,
        {
          studentName: students.find((one) => one._id.equals(it.studentId))?.name ?? '',
          className: classes.find((one) => one._id.equals(it.unitIds.at(-1)))?.fullName ?? '',
          guardianName: people[at]?.name ?? '',
        },
        it.picture ? signLink(`/evidence/${String(it._id)}/picture`, personId, clock.now(), env) : null,
      ),
    )
  }
}
