import type { Letter, LetterLine, LetterTemplate, Tally } from '#contract/letters'
import { OCCASIONS } from '../../../content/schema.ts'
import type { Action } from '../org/rules.ts'
import type { LetterRecord } from './model.ts'
import { abilitiesOf } from './rules.ts'
import type { letterTemplates } from './service.ts'

export interface Viewer {
  /** Proven at the unit that wrote the letter. */
  mayWrite: boolean
  may: (action: Action) => boolean
  tally: Tally | null
}

export function presentLetter(letter: LetterRecord, { mayWrite, may, tally }: Viewer): Letter {
  const { kind, title, body, pledge, confirmation, status, version, unitName, authorName } = letter
  return {
    id: String(letter._id),
    unitId: String(letter.unitId),
    unitName,
    authorName,
    kind,
    title,
    body,
    pledge,
    confirmation,
    audience: letter.audience.map((it) => ({ unitId: String(it.unitId), name: it.name })),
    dueOn: letter.dueOn ?? null,
    status,
    sendAt: letter.sendAt?.toISOString() ?? null,
    sentAt: letter.sentAt?.toISOString() ?? null,
    version,
    textHash: letter.textHash ?? null,
    supersedes: letter.supersedes ? String(letter.supersedes) : null,
    supersededBy: letter.supersededBy ? String(letter.supersededBy) : null,
    tally,
    abilities: abilitiesOf({ status, isSuperseded: Boolean(letter.supersededBy) }, mayWrite, may),
  }
}

export function presentLine(letter: LetterRecord, tally: Tally | null): LetterLine {
  const { kind, title, confirmation, status, version, unitName, authorName, audience } = letter
  const [first] = audience
  return {
    id: String(letter._id),
    kind,
    title,
    unitName,
    authorName,
    audience: audience.length > 1 ? `${first?.name ?? ''}等${audience.length}处` : (first?.name ?? ''),
    confirmation,
    dueOn: letter.dueOn ?? null,
    status,
    sendAt: letter.sendAt?.toISOString() ?? null,
    sentAt: letter.sentAt?.toISOString() ?? null,
    version,
    isSuperseded: Boolean(letter.supersededBy),
    tally,
  }
}

export function presentTemplate(template: ReturnType<typeof letterTemplates>[number]): LetterTemplate {
  const { code, title, kind, stages, summary, confirmation, dueDays, pledge, body } = template
  return {
    code,
    title,
    kind,
    stages,
    occasion: OCCASIONS[template.occasion],
    isForOneFamily: template.isForOneFamily ?? false,
    summary,
    confirmation,
    dueDays,
    pledge,
    body,
  }
}
