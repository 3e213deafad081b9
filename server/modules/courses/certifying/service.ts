import type { Deps } from '../../../infra/deps.ts'
import * as accounts from '../../accounts/service.ts'
import { freezeIfMissing } from '../../certificates/copies/service.ts'
import type { CertificateRecord } from '../../certificates/model.ts'
import type { Passed } from '../../certificates/service.ts'
import * as certificates from '../../certificates/service.ts'
import type { Outgoing } from '../../notify/rules.ts'
import { enqueue } from '../../notify/service.ts'
import * as families from '../../org/families/service.ts'
import type { EvidenceRecord } from '../evidence/model.ts'
import * as evidence from '../evidence/service.ts'
import type { AttemptRecord } from '../exams/model.ts'
import * as exams from '../exams/service.ts'
import { gradesOf } from '../journeys/service.ts'
import { isOffered, placesOf } from '../offers/rules.ts'
import type { ProgrammeRecord } from '../programmes/model.ts'
import * as programmes from '../programmes/service.ts'
import * as renewals from '../renewals/service.ts'

export type CertifyDeps = Pick<Deps, 'clock' | 'files' | 'env' | 'log'>

/**
 * Issues what a passed attempt has earned and notes it on the attempt; null while evidence or the school's word is still to come.
 * Safe to run again: whatever was done before is found, not done twice.
 */
export async function certify(attempt: AttemptRecord, deps: CertifyDeps) {
  const certificate = await issueFor(attempt, deps)
  // The certificate holds with or without its copies; the job that looks for missing ones makes them.
  if (certificate) await freezeIfMissing(certificate, deps)
  return certificate
}

/** The same without the copies, which take longer than all the rest: many are issued first and drawn after. */
async function issueFor(attempt: AttemptRecord, deps: CertifyDeps) {
  const programme = await programmes.findProgramme(attempt.programmeId)
  if (!programme) throw new Error('A passed attempt without programme')
  if (await isAwaited(attempt, programme)) return null
  const certificate = await certificates.issue(await earned(attempt, programme), deps.clock.now())
  if (attempt.renews) await renewals.finish(attempt.personId, attempt.renews, deps.clock.now())
  await tellOf(certificate, String(attempt.personId), deps.clock.now())
  // Last of all: from here on nobody looks at the attempt again.
  await exams.noteCertificate(attempt._id, certificate._id)
  return certificate
}

const BATCH = 100
/** Certificates that are written at the same moment share a transaction. */
const AT_ONCE = 8

/** Issues what was passed and not certified, because a process died between the two or a school has just said yes. The attempt itself is the queue. */
export async function certifyPassed(deps: CertifyDeps) {
  for (;;) {
    const batch = await exams.uncertified(BATCH)
    let done = 0
    for (let at = 0; at < batch.length; at += AT_ONCE) {
      const results = await Promise.all(batch.slice(at, at + AT_ONCE).map((it) => tryCertify(it, deps)))
      done += results.filter(Boolean).length
    }
    // What cannot be issued stays first in the queue; the next tick tries it again.
    if (batch.length < BATCH || done === 0) return
  }
}

/** One that cannot be issued must not hold up the others. */
async function tryCertify(attempt: AttemptRecord, deps: CertifyDeps) {
  try {
    await issueFor(attempt, deps)
    return true
  } catch (error) {
    deps.log.error({ err: error, attemptId: String(attempt._id) }, 'certificate not issued')
    return false
  }
}

/** Whether something is still to come, and notes it: the attempt then waits outside the queue. A renewal waits for nothing. */
async function isAwaited(attempt: AttemptRecord, programme: ProgrammeRecord) {
  if (attempt.renews || !programme.certificate) return false
  const [personId, studentId] = [String(attempt.personId), String(attempt.studentId)]
  const isThere = () => evidence.isGiven(programme, personId, studentId)
  if (programme.certificate.evidence && !(await isThere())) {
    await exams.setAwaits(attempt._id, 'evidence')
    // It may have come between the look and the note, and who brought it found nothing that waits.
    if (!(await isThere())) return true
    await exams.setAwaits(attempt._id, null)
  }
  if (programme.certificate.issuedBy !== 'school' || attempt.releasedAt) return false
  await exams.setAwaits(attempt._id, 'school')
  return true
}

/** Who has earned what, for which child and whose families. */
async function earned(attempt: AttemptRecord, programme: ProgrammeRecord): Promise<Passed> {
  const personId = String(attempt.personId)
  const [student, children, person, renews] = await Promise.all([
    families.findStudent(String(attempt.studentId)),
    families.childrenOf(personId),
    accounts.findPerson(personId),
    attempt.renews ? certificates.findCertificate(String(attempt.renews)) : null,
  ])
  if (!student) throw new Error('A passed attempt without student')
  const bond = children.find((it) => it.studentId === String(student._id))
  const grades = await gradesOf(children)
  const counted = children.filter(
    (it) =>
      it !== bond &&
      programme.forGrades.includes(grades.get(it.classId) ?? '') &&
      isOffered(programme, placesOf([it.path]), new Map()),
  )
  return {
    personId,
    holder: bond?.guardianName || person?.name || `${student.name}的${bond?.relation ?? '家长'}`,
    attemptId: attempt._id,
    programme,
    child: { studentName: student.name, path: student.path },
    families: [{ studentId: String(student._id), path: student.path }, ...counted],
    ...(programme.certificate?.per === 'family' && { familyId: String(student._id) }),
    design: programme.certificate?.design ?? null,
    renews,
  }
}

/** Evidence has come or was decided: its guardian is told, and what waited for it is certified. */
export async function settleEvidence(studentId: string, deps: CertifyDeps, decided?: EvidenceRecord) {
  const now = deps.clock.now()
  if (decided) await enqueue([decisionMessage(decided)], now)
  if (decided?.status === 'refused') return
  for (const attempt of await exams.awaitingEvidence(studentId)) {
    await exams.setAwaits(attempt._id, null)
    // A failure is found by the job that looks for what is passed and not certified.
    await certify({ ...attempt, awaits: null }, deps).catch((error: unknown) =>
      deps.log.error({ err: error, attemptId: String(attempt._id) }, 'certificate not issued yet'),
    )
  }
}

const decisionMessage = (it: EvidenceRecord): Outgoing<'evidenceDecided'> => ({
  kind: 'evidenceDecided',
  subject: String(it._id),
  personId: String(it.personId),
  values: {
    programme: it.programmeTitle,
    what: it.title,
    result: it.status === 'accepted' ? '已通过' : '未通过',
    note: it.words || (it.status === 'accepted' ? '谢谢您的参加' : '请重新交一份'),
  },
  page: `packages/course/evidence/evidence?code=${it.programmeCode ?? ''}&student=${String(it.studentId)}`,
})

/** The holder hears of it; a second run finds the message already there. */
const tellOf = (it: CertificateRecord, personId: string, now: Date) =>
  enqueue(
    [
      {
        kind: 'certificate',
        subject: it.number,
        personId,
        values: {
          programme: it.programmeTitle,
          holder: it.holder,
          number: it.number,
          issuedOn: it.issuedOn,
        },
        page: `packages/course/certificate/certificate?id=${String(it._id)}`,
      },
    ],
    now,
  )
