import type { Content } from '#contract/safety'
import type { FieldCrypto } from '../../infra/field-crypto.ts'
import { idsOf } from '../org/tree/rules.ts'
import type { ContentRecord } from './model.ts'

interface Around {
  units: ReadonlyMap<string, string>
  fields: FieldCrypto
  /** Whose words they are is for those who know the families. */
  mayName: boolean
  readerId: string
}

export function presentContent(it: ContentRecord, { units, fields, mayName, readerId }: Around): Content {
  return {
    id: String(it._id),
    kind: it.kind,
    text: it.sealedText === '' ? '' : fields.open(it.sealedText),
    who: mayName && it.sealedWho !== '' ? fields.open(it.sealedWho) : '',
    unitName: units.get(idsOf(it.path).at(-1) ?? '') ?? '',
    because: it.because,
    savedAt: it.savedAt.toISOString(),
    // What WeChat looks at stands in no list.
    status: it.status === 'asked' ? 'waiting' : it.status,
    words: it.words ?? null,
    decidedAt: it.decidedAt?.toISOString() ?? null,
    ...(String(it.personId) === readerId && { isMine: true }),
  }
}
