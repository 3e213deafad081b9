import type Router from '@koa/router'
import * as api from '#contract/calendar'
import { Refusal } from '../../../http/errors.ts'
import { DONE, serve } from '../../../http/serve.ts'
import { dayInWords, shanghaiDay } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as audit from '../../audit/service.ts'
import { unitScope, type UnitScope } from '../../org/policy.ts'
import { dismiss, resume } from './dismissing/service.ts'
import { nextNodesOf, overviewOf } from './overview/service.ts'
import { presentNode } from './present.ts'
import * as calendar from './service.ts'
import { followSchool } from './walking/service.ts'

/** The year's calendar of a unit. Families reach none of it: they see the letters. */
export function calendarRoutes(router: Router, { clock, redis }: Deps) {
  const view = async (scope: UnitScope, year: number) => {
    const [views, own] = await Promise.all([
      overviewOf(scope, year, { redis, today: shanghaiDay(clock.now()) }),
      calendar.changedBy(scope.unitId, year),
    ])
    const viewer = {
      ...{ kind: scope.kind, own },
      mayChange: calendar.mayChange(scope),
      mayWrite: scope.may('writeLetters'),
    }
    return views.map((it) => presentNode(it, viewer))
  }
  const one = async (scope: UnitScope, year: number, code: string) => {
    const node = (await view(scope, year)).find((it) => it.code === code)
    if (!node) throw new Refusal('not_found', '这一学年没有这个节点')
    return node
  }

  serve(router, api.readCalendar, async ({ actor, unitId, year }) => {
    const scope = await unitScope(actor, unitId, 'seeFigures')
    const { today, current, isNextOpen } = await calendar.yearsAt(scope.path, clock.now())
    const shown = year ?? current
    const nodes = await view(scope, shown)
    return { year: shown, current, isNextOpen, today, nodes, mayChange: calendar.mayChange(scope) }
  })

  serve(router, api.changeNode, async ({ actor, caller: _, unitId, year, code, ...said }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const node = await calendar.change(scope, year, code, said)
    const words = said.isOff ? '停用' : `${dayInWords(said.from)}至${dayInWords(said.to)}`
    await audit.record('calendar.changed', { unit: scope, detail: `“${node.title}”：${words}` }, clock.now())
    await followSchool(unitId, year, clock.now())
    return one(scope, year, code)
  })

  serve(router, api.addNode, async ({ actor, caller: _, unitId, year, ...said }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const node = await calendar.add(scope, year, said)
    const detail = `增加“${node.title}”，${dayInWords(node.from)}`
    await audit.record('calendar.changed', { unit: scope, detail }, clock.now())
    return one(scope, year, node.code)
  })

  serve(router, api.resetNode, async ({ actor, unitId, year, code }) => {
    const scope = await unitScope(actor, unitId, 'keepTree')
    const { title } = await calendar.reset(scope, year, code)
    await audit.record('calendar.changed', { unit: scope, detail: `恢复“${title}”` }, clock.now())
    await followSchool(unitId, year, clock.now())
    return DONE
  })

  serve(router, api.dismissNode, async ({ actor, unitId, ...said }) => {
    const scope = await unitScope(actor, unitId, 'writeLetters')
    await dismiss(scope, said, actor, clock.now())
    return DONE
  })

  serve(router, api.resumeNode, async ({ actor, unitId, year, code }) => {
    await resume(await unitScope(actor, unitId, 'writeLetters'), year, code)
    return DONE
  })

  serve(router, api.listMyNodes, async ({ actor }) => {
    const classes = [
      ...new Set(actor.posts.filter((it) => it.post === 'class_teacher').map((it) => it.unitId)),
    ]
    const found = await Promise.all(
      classes.map(async (it) => nextNodesOf(await unitScope(actor, it, 'writeLetters'), clock.now())),
    )
    return { nodes: found.flat().sort((a, b) => (a.from < b.from ? -1 : 1)) }
  })
}
