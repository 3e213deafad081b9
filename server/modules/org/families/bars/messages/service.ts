import { nearestHolders } from '../../../../accounts/holders/service.ts'
import { namesOf } from '../../../../accounts/service.ts'
import * as notify from '../../../../notify/service.ts'
import { placeOf } from '../../messages/service.ts'
import type { StudentRecord } from '../../model.ts'
import type { BarRecord } from '../model.ts'

/** Who decides about a bar: the school, where there is nobody the district. */
const DECIDING = ['principal', 'school_admin', 'district_admin'] as const
const HOME = '/pages/home/home'
const subjectOf = (bar: BarRecord) => `bar-${String(bar._id)}`

/** The school hears that a 班主任 has asked to bar a guardian. Harmless twice. */
export async function announceAsked(bar: BarRecord, student: StudentRecord, now: Date) {
  const [people, names, { className }] = await Promise.all([
    nearestHolders(student.path, DECIDING, { exceptId: String(bar.askedBy), now }),
    namesOf([String(bar.askedBy)]),
    placeOf(student.path),
  ])
  const values = {
    applicant: names.get(String(bar.askedBy)) ?? '班主任',
    className,
    child: student.name,
    askedAt: bar.askedAt ?? now,
    about: 'barAsked' as const,
  }
  await notify.enqueue(
    people.map((personId) => ({
      kind: 'joinRequest',
      subject: subjectOf(bar),
      step: String(student._id),
      personId,
      path: student.path,
      values,
      page: HOME,
    })),
    now,
  )
}

/** The 班主任 who asked hears what the school decided; a bar that nobody had asked for tells nobody. */
export async function announceDecided(
  bar: BarRecord,
  student: StudentRecord,
  decision: 'active' | 'dismissed',
  now: Date,
) {
  if (!bar.askedBy) return
  const { className } = await placeOf(student.path)
  const values = {
    title: decision === 'active' ? '您提请的限制办好了' : '您提请的限制没有办理',
    who: student.name,
    unit: className,
    note:
      decision === 'active'
        ? '学校已核对文书，这位家长从现在起看不到孩子的任何内容。'
        : '学校核对后没有采纳，详情请问学校管理员。',
  }
  const about = { subject: subjectOf(bar), step: `${String(student._id)}-${decision}`, path: student.path }
  await notify.enqueue(
    [{ ...about, kind: 'staffMatter', personId: String(bar.askedBy), values, page: HOME }],
    now,
  )
}
