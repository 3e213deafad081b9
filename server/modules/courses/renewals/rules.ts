import { dayAfter } from '../../certificates/rules.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'

export interface Ending {
  validUntil: string
  status: 'valid' | 'revoked' | 'replaced'
}

/** The day from which a certificate may be renewed, before its end and after it; null where it cannot be. */
export function renewableFrom(programme: Pick<ProgrammeRecord, 'certificate'>, certificate: Ending | null) {
  const rule = programme.certificate?.renewal
  if (!rule || certificate?.status !== 'valid') return null
  return dayAfter(certificate.validUntil, -rule.opensDaysBefore)
}

/** The lessons of a version that are learned again. */
export const lessonsAgain = ({ outline, certificate }: Pick<ProgrammeRecord, 'outline' | 'certificate'>) =>
  outline.filter((it) => certificate?.renewal?.lessons.includes(it.code))

/** The same programme as somebody meets it who renews: fewer lessons, all of them, and a shorter exam. */
export function shortened(programme: ProgrammeRecord, lessonIds: readonly unknown[]): ProgrammeRecord {
  const rule = programme.certificate?.renewal
  if (!rule) return programme
  const { draw, passPercent, minutesLimit } = rule
  const isAgain = (id: unknown) => lessonIds.some((it) => String(it) === String(id))
  const outline = programme.outline.filter((it) => isAgain(it.lessonId))
  return {
    ...programme,
    outline: outline as typeof programme.outline,
    modules: [],
    exam: { ...programme.exam, draw, passPercent, minutesLimit, drawPerLesson: 0, quotas: null },
  }
}
