import type { CertificateRules } from '#contract/certificate-rules'
import { PLAIN_RULES } from '#contract/certificate-rules'
import { startExam, submitExam } from '#contract/courses'
import { ProgrammeModel } from '../../server/modules/courses/programmes/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from './build.ts'
import { answersTo, publish, studyAll } from './learning.ts'
import type { World } from './world.ts'

type Rules = Omit<CertificateRules, 'renewal'> & { renewal: object | null }

/** A programme with rules of its own for the certificate, a guardian who studies, and the school. */
export async function withRules(world: World, over: Partial<Rules> = {}, validity?: object) {
  const programme = await publish(world)
  await ProgrammeModel.updateOne(
    { _id: programme._id },
    { certificate: { ...PLAIN_RULES, ...over }, ...(validity && { validity }) },
  )
  const branch = await buildBranch()
  const student = await buildStudent(branch.klass, { name: '张小明' })
  const personId = await buildGuardian(world, student)
  const call = await world.as(personId, 'guardian')
  const admin = await world.as(await buildStaff(branch.school, 'school_admin'), 'staff')
  const teacher = await world.as(await buildStaff(branch.klass, 'class_teacher'), 'staff')
  return { ...branch, programme, student, personId, call, admin, teacher, studentId: String(student._id) }
}

/** Sits the exam with the right answers and gives what the phone is told. */
export async function sit(call: Awaited<ReturnType<World['as']>>, code = 'grade7') {
  const { attemptId } = await call(startExam, { code })
  return call(submitExam, { attemptId, answers: await answersTo(attemptId) })
}

export async function studyAndSit(world: World, call: Awaited<ReturnType<World['as']>>) {
  await studyAll(world, call)
  return sit(call)
}
