import type Router from '@koa/router'
import * as api from '#contract/threads'
import { serve } from '../../../../http/serve.ts'
import { phrasesOf, savePhrases } from './service.ts'

export function phraseRoutes(router: Router) {
  serve(router, api.listMyPhrases, async ({ actor }) => ({ phrases: await phrasesOf(actor.personId) }))

  serve(router, api.saveMyPhrases, async ({ actor, phrases }) => ({
    phrases: await savePhrases(actor.personId, phrases),
  }))
}
