import type { CertificateRecord } from '../../certificates/model.ts'
import * as certificates from '../../certificates/service.ts'
import * as families from '../../org/families/service.ts'
import { gradesOf } from '../journeys/service.ts'
import { latestProgrammes } from '../programmes/service.ts'
import { familiesNow } from './rules.ts'

const BATCH = 200

/**
 * Brings up to date which families certificates count for: a twin joined later, a child changed class. Figures are
 * counted from this; the certificates themselves say what they said. Safe to run again and to stop anywhere.
 */
export async function recountFamilies() {
  const asked = new Map((await latestProgrammes()).map((it) => [it.code, it.forGrades]))
  let batch = await certificates.validAfter(null, BATCH)
  while (batch.length > 0) {
    await recount(batch, asked)
    batch = await certificates.validAfter(batch.at(-1)?._id ?? null, BATCH)
  }
}

async function recount(batch: CertificateRecord[], asked: Map<string, string[]>) {
  const children = await families.childrenOfPeople(batch.map((it) => it.personId))
  const grades = await gradesOf(children)
  for (const certificate of batch) {
    const forGrades = asked.get(certificate.programmeCode) ?? []
    const own = children
      .filter((it) => it.personId === String(certificate.personId))
      .map((it) => ({ ...it, isAsked: forGrades.includes(grades.get(it.classId) ?? '') }))
    const now = familiesNow(certificate.families, own)
    if (JSON.stringify(now) !== JSON.stringify(certificate.families)) {
      await certificates.setFamilies(certificate._id, now)
    }
  }
}
