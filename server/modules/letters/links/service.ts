import { Types } from 'mongoose'
import { SITE, USUAL_SITES } from '#contract/letter-links'
import { Refusal } from '../../../http/errors.ts'
import type { UnitScope } from '../../org/policy.ts'
import { idAt } from '../../org/tree/rules.ts'
import { LinkSitesModel, type LinkSitesRecord } from './model.ts'

let ownSite: string[] = []

/** Letters may lead to this installation's own pages; told once, at boot. */
export function holdOwnSite(origin: string) {
  const { protocol, port, hostname } = new URL(origin)
  ownSite = protocol === 'https:' && port === '' && SITE.test(hostname) ? [hostname] : []
}

export const usualSites = (): string[] => [...USUAL_SITES, ...ownSite]

/** What the city above a place has added. */
export async function addedSites(path: string): Promise<string[]> {
  const cityId = idAt(path, 0)
  const found = cityId ? await LinkSitesModel.findById(cityId).lean<LinkSitesRecord>() : null
  return found?.sites ?? []
}

/** Keeps what a city adds; gives what came and what went. Pressed twice, it is the same. */
export async function keepSites(scope: UnitScope<'keepTree'>, said: readonly string[], now: Date) {
  if (scope.kind !== 'city') throw new Refusal('invalid', '信里可用的网站由市管理员统一设定')
  const sites = [...new Set(said)].filter((it) => !usualSites().includes(it)).sort()
  const before = await LinkSitesModel.findOneAndUpdate(
    { _id: new Types.ObjectId(scope.unitId) },
    { sites, changedAt: now },
    { upsert: true, returnDocument: 'before' },
  ).lean<LinkSitesRecord>()
  const was = before?.sites ?? []
  return {
    added: sites.filter((it) => !was.includes(it)),
    removed: was.filter((it) => !sites.includes(it)),
  }
}
