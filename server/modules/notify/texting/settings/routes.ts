import type Router from '@koa/router'
import * as api from '#contract/texting'
import type { StaffActor } from '../../../../http/actor.ts'
import { Refusal } from '../../../../http/errors.ts'
import { DONE, serve } from '../../../../http/serve.ts'
import type { Deps } from '../../../../infra/deps.ts'
import * as audit from '../../../audit/service.ts'
import { unitScope } from '../../../org/policy.ts'
import { choicesOf, optIn, optOut } from '../choices/service.ts'
import type { TextSetting } from './model.ts'
import * as settings from './service.ts'

const NEW: api.TextSetting = {
  ...{ isOn: false, letters: 'sign', first: 'urgent', signName: '', template: '' },
  ...{ priceFen: 5, dailyFen: 0, monthlyFen: 0 },
}

export function textSettingRoutes(router: Router, deps: Deps) {
  const { clock } = deps
  const cityScope = async (actor: StaffActor, unitId: string) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    if (scope.kind !== 'city') throw new Refusal('forbidden', '短信由市里统一设置')
    return scope
  }

  serve(router, api.readTextSetting, async ({ actor, unitId }) => {
    await cityScope(actor, unitId)
    const found = await settings.settingOf(unitId)
    return {
      isAvailable: deps.sms !== null,
      setting: found ? asSaid(found) : NEW,
      changedBy: found?.changedBy ?? '',
      changedAt: found?.changedAt.toISOString() ?? null,
      spent: await settings.spentIn(unitId, clock.now()),
    }
  })

  serve(router, api.saveTextSetting, async ({ actor, caller: _, unitId, ...said }) => {
    const scope = await cityScope(actor, unitId)
    if (said.isOn && !deps.sms) throw new Refusal('conflict', '还没有接入短信服务，请先联系技术人员')
    if (said.isOn && (!said.signName || !said.template))
      throw new Refusal('invalid', '请先填写短信签名和模板编号')
    if (said.isOn && said.dailyFen < said.priceFen)
      throw new Refusal('invalid', '每天的钱不够发一条短信，请改大一些')
    if (said.monthlyFen < said.dailyFen) throw new Refusal('invalid', '每月的钱不能比每天的少')
    await settings.save(scope, { ...said, first: said.first ?? 'urgent' }, actor.name, clock.now())
    const state = said.isOn ? '开着' : '关着'
    const detail = `短信${state}，每天最多${said.dailyFen / 100}元，每月最多${said.monthlyFen / 100}元`
    await audit.record('texting.changed', { unit: scope, detail }, clock.now())
    return DONE
  })

  serve(router, api.readMyTexting, async ({ actor }) => {
    const [choice] = await choicesOf([actor.personId])
    return { isOffered: deps.sms !== null, isWanted: !choice?.optedOutAt }
  })

  serve(router, api.chooseMyTexting, async ({ actor, isWanted }) => {
    await (isWanted ? optIn(actor.personId) : optOut(actor.personId, clock.now()))
    return DONE
  })
}

const asSaid = (it: TextSetting): api.TextSetting => ({
  isOn: it.isOn,
  letters: it.letters,
  first: it.first ?? 'urgent',
  signName: it.signName,
  template: it.template,
  priceFen: it.priceFen,
  dailyFen: it.dailyFen,
  monthlyFen: it.monthlyFen,
})
