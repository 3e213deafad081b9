import type { StaffActor } from '../../http/actor.ts'
import { Refusal } from '../../http/errors.ts'
import { unitScope, type UnitScope } from '../org/policy.ts'
import { idsOf } from '../org/tree/rules.ts'
import type { ContentRecord } from './model.ts'
import { findContent } from './service.ts'

declare const proven: unique symbol

/** Something written at or below a unit where this member of staff looks at what others are shown. */
export type OwnContent = Readonly<{ content: ContentRecord; scope: UnitScope<'reviewContents'> }> & {
  readonly [proven]: 'OwnContent'
}

const SCHOOL = 2

/** Elsewhere it does not exist; nobody decides about what they wrote themselves. */
export async function ownContent(actor: StaffActor, contentId: string): Promise<OwnContent> {
  const missing = () => new Refusal('not_found', '没有这条内容，或它不在您的管理范围内')
  const content = await findContent(contentId)
  const unitId =
    content &&
    idsOf(content.path)
      .slice(0, SCHOOL + 1)
      .at(-1)
  if (!content || !unitId || content.keptFrom?.some((it) => String(it) === actor.personId)) throw missing()
  const scope = await unitScope(actor, unitId, 'reviewContents').catch((error: unknown) => {
    throw error instanceof Refusal && error.code === 'not_found' ? missing() : error
  })
  if (String(content.personId) === actor.personId) {
    throw new Refusal('conflict', '自己写的要请另一位同事来看')
  }
  return { content, scope } as OwnContent
}
