import type { ExpiredDraft } from '#contract/letter-nodes'
import { keptUntil } from '../settling/rules.ts'
import type { Expired } from './service.ts'

export const presentExpired = ({ _id, title, authorName, node, expiredAt }: Expired): ExpiredDraft => ({
  id: String(_id),
  title,
  authorName,
  nodeTitle: node?.title ?? '',
  expiredAt: expiredAt.toISOString(),
  until: keptUntil(expiredAt),
})
