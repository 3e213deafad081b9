import type { YearNode } from '#contract/calendar'
import { shownStatus } from '../present.ts'
import type { NodeView } from './overview/service.ts'
import { stateAt } from './overview/service.ts'
import type { EffectiveNode } from './rules.ts'
import { templateOf } from './service.ts'

export interface Viewer {
  kind: 'city' | 'district' | 'school' | 'grade' | 'class'
  mayChange: boolean
  mayWrite: boolean
  /** What the unit itself has changed or added, by code. */
  own: ReadonlySet<string>
}

export function presentNode(view: NodeView, { kind, mayChange, mayWrite, own }: Viewer): YearNode {
  const { node, letters, dismissal, schools } = view
  const isAbove = kind === 'city' || kind === 'district'
  const state = isAbove ? null : stateAt(view)
  const isOwn = node.addedBy === kind
  // What the city has switched off there is nothing to change about.
  const change = mayChange && !(node.isOff && kind === 'school' && !isOwn)
  const isOpen = state === 'none' || state === 'draft' || state === 'scheduled'
  return {
    ...daysOf(node),
    about: node.about,
    waitFor: node.waitFor,
    usual: node.usual,
    changedBy: node.changedBy,
    draftOn: node.draftOn,
    draftDaysBefore: node.draftDaysBefore,
    remindDaysBefore: node.remindDaysBefore,
    inCharge: node.inCharge,
    isAdded: node.addedBy !== null,
    isOff: node.isOff,
    templates: view.templates.map((code) => ({ code, title: templateOf(code)?.title ?? '' })),
    state,
    dismissal: dismissal && {
      reason: dismissal.reason,
      by: dismissal.byName,
      at: dismissal.at.toISOString(),
    },
    letters: letters.map((it) => ({
      id: String(it._id),
      title: it.title,
      unitName: it.unitName,
      status: shownStatus(it.status),
    })),
    schools,
    abilities: {
      change,
      reset: change && own.has(node.code),
      switchOff: change && (kind === 'city' || isOwn),
      write: mayWrite && !node.isOff,
      dismiss: mayWrite && !isAbove && !node.isOff && isOpen,
    },
  }
}

export const daysOf = ({ code, title, from, to, status }: EffectiveNode) => ({
  ...{ code, title, from, to, status },
})
