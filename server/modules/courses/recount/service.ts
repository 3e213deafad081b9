import type { CertificateRecord } from '../../certificates/model.ts'
import * as certificates from '../../certificates/service.ts'
import * as families from '../../org/families/service.ts'
import { gradesOf } from '../journeys/service.ts'
import { isOffered, placesOf } from '../offers/rules.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import { latestByCode } from '../programmes/service.ts'
import { familiesNow } from './rules.ts'

const BATCH = 200

/**
 * Brings up to date which families certificates count for: a twin joined later, a child changed class. Figures are
 * counted from this; the certificates themselves say what they said. Safe to run again and to stop anywhere.
 */
export async function recountFamilies() {
  let batch = await certificates.validAfter(null, BATCH)
  while (batch.length > 0) {
    await recount(batch)
    batch = await certificates.validAfter(batch.at(-1)?._id ?? null, BATCH)
  }
}

async function recount(batch: CertificateRecord[]) {
  const [children, programmes] = await Promise.all([
    families.childrenOfPeople(batch.map((it) => it.personId)),
    latestByCode(batch.map((it) => it.programmeCode)),
  ])
  const grades = await gradesOf(children)
  const asks = (programme: ProgrammeRecord | undefined, child: { classId: string; path: string }) =>
    Boolean(programme?.forGrades.includes(grades.get(child.classId) ?? '')) &&
    isOffered(programme ?? { code: '' }, placesOf([child.path]), new Map())
  for (const certificate of batch) {
    const programme = programmes.find((it) => it.code === certificate.programmeCode)
    const own = children
      .filter((it) => it.personId === String(certificate.personId))
      .map((it) => ({ ...it, isAsked: asks(programme, it) }))
    const now = familiesNow(certificate.families, own)
    if (JSON.stringify(now) !== JSON.stringify(certificate.families)) {
      await certificates.setFamilies(certificate._id, now)
    }
  }
}
