import type Router from '@koa/router'
import * as api from '#contract/privacy'
import { shanghaiDay } from '../../infra/clock.ts'
import { openLink, sendDownload, signLink } from '../../http/links.ts'
import { DONE, serve } from '../../http/serve.ts'
import type { Deps } from '../../infra/deps.ts'
import { renamePerson } from '../accounts/closing/service.ts'
import * as accounts from '../accounts/service.ts'
import * as audit from '../audit/service.ts'
import * as closing from './closing/service.ts'
import * as consents from './consents/service.ts'
import { presentSections, presentWorkbook } from './mydata/present.ts'
import { everythingOf } from './mydata/service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** One's own data: what is kept, a copy of it, a correction, and the end of it. */
export function privacyRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.readPrivacyText, async () => consents.textOn(shanghaiDay(clock.now())))

  serve(router, api.answerConsent, async ({ actor, version, isGiven }) => {
    await consents.answer(actor, version, isGiven, clock.now())
    return DONE
  })

  serve(router, api.readMyData, async ({ actor }) => {
    const [sections, person] = await Promise.all([everythingOf(actor, deps), accounts.self(actor.personId)])
    const { consent, closing: asked } = person
    return {
      consent: {
        version: consent?.version ?? null,
        isGiven: consent?.isGiven ?? false,
        answeredAt: consent?.at.toISOString() ?? null,
      },
      sections: presentSections(sections),
      deletion: asked ? { askedAt: asked.askedAt.toISOString(), dueAt: asked.dueAt.toISOString() } : null,
    }
  })

  serve(router, api.changeMyName, async ({ actor, name }) => {
    await renamePerson(actor.personId, name)
    return DONE
  })

  serve(router, api.askDeletion, async ({ actor }) => ({
    dueAt: (await closing.ask(actor.personId, clock.now())).toISOString(),
  }))

  serve(router, api.cancelDeletion, async ({ actor }) => {
    await closing.keep(actor.personId, clock.now())
    return DONE
  })

  exportRoutes(router, deps)
}

function exportRoutes(router: Router, deps: Deps) {
  const { clock, env } = deps
  const linkTo = (path: `/${string}`, personId: string) => signLink(path, personId, clock.now(), env)

  serve(router, api.exportMyData, async ({ actor: { personId } }) => {
    await audit.record('data.exported', { personId }, clock.now())
    return { xlsx: linkTo('/my-data/xlsx', personId), json: linkTo('/my-data/json', personId) }
  })

  router.get('/my-data/:kind', async (ctx) => {
    const sections = await everythingOf(openLink(ctx, clock.now(), env), deps)
    const isSheet = ctx.params.kind === 'xlsx'
    const bytes = isSheet ? await presentWorkbook(sections) : Buffer.from(JSON.stringify(sections, null, 2))
    const name = `我的信息_${shanghaiDay(clock.now())}.${isSheet ? 'xlsx' : 'json'}`
    sendDownload(ctx, { bytes, type: isSheet ? XLSX : 'application/json', name })
  })
}
