import { CertificateModel, type CertificateRecord } from '../../server/modules/certificates/model.ts'
import { buildBranch, buildGuardian, buildStudent } from './build.ts'
import { type buildContent, passAll, publish } from './learning.ts'
import type { World } from './world.ts'

/** A guardian who has studied and passed, with the certificate of it. */
export async function certified(
  world: World,
  {
    branch,
    content,
  }: { branch?: Awaited<ReturnType<typeof buildBranch>>; content?: ReturnType<typeof buildContent> } = {},
) {
  await publish(world, content)
  const place = branch ?? (await buildBranch())
  const student = await buildStudent(place.klass, { name: '张小明' })
  const personId = await buildGuardian(world, student)
  const call = await world.as(personId, 'guardian')
  const { certificateId } = await passAll(world, call)
  const certificate = await CertificateModel.findById(certificateId).lean<CertificateRecord>()
  if (!certificate) throw new Error('no certificate')
  return { ...place, student, personId, call, certificate, id: String(certificate._id) }
}
