import mongoose from 'mongoose'
import { addQuestionDraft } from '#contract/drafts'
import { beginUpload } from '#contract/files'
import { openGathering } from '#contract/evidence'
import { createLetter, openMyLetter, signMyLetter } from '#contract/letters'
import { answerThread, writeToMyThread } from '#contract/threads'
import { bookSlot, openSlots } from '#contract/meetings'
import { askToJoin } from '#contract/org'
import { askApproval } from '#contract/audit'
import { barGuardian, inviteGuardian, reportGuardian } from '#contract/families'
import { type PostKind, postKind } from '#contract/posts'
import { beginPromotion } from '#contract/promotion'
import { beginAssignment, proposeTransfer } from '#contract/transfers'
import { PersonModel } from '../../../server/modules/accounts/model.ts'
import { ThreadModel } from '../../../server/modules/letters/threads/model.ts'
import { SavedAudienceModel } from '../../../server/modules/letters/addressing/saved/model.ts'
import { GroupFillModel } from '../../../server/modules/org/groups/filling/model.ts'
import { ChildGroupModel } from '../../../server/modules/org/groups/model.ts'
import { EvidenceModel } from '../../../server/modules/courses/evidence/model.ts'
import { AttemptModel } from '../../../server/modules/courses/exams/model.ts'
import { ContentModel } from '../../../server/modules/safety/model.ts'
import { ReflectionModel } from '../../../server/modules/courses/reflections/model.ts'
import { LetterModel } from '../../../server/modules/letters/model.ts'
import { StaffAnswerModel } from '../../../server/modules/letters/staff/answers/model.ts'
import { BarModel } from '../../../server/modules/org/families/bars/model.ts'
import { ReportModel } from '../../../server/modules/org/families/reports/model.ts'
import { GuardianshipModel, StudentModel } from '../../../server/modules/org/families/model.ts'
import { ImportModel } from '../../../server/modules/org/roster/model.ts'
import type { UnitRecord } from '../../../server/modules/org/tree/model.ts'
import { buildBranch, buildGuardian, buildStaff, buildStudent } from '../../support/build.ts'
import { QUESTION, writeProgramme } from '../../support/drafts.ts'
import { DRAFT, INK, newRequest, sendLetter, tick } from '../../support/letters.ts'
import { passAll, publish } from '../../support/learning.ts'
import type { World } from '../../support/world.ts'
import { buildSchoolThings } from './school-things.ts'
import type { Ids } from './rows.ts'

/** Words that must never reach anybody who is not meant to know this family. */
export const SECRETS = ['秦望舒', '13977001234', '让妈妈独自接送']

/** Where a post naturally stands. */
const STANDS: Record<PostKind, 'city' | 'district' | 'school' | 'grade' | 'klass'> = {
  city_admin: 'city',
  district_admin: 'district',
  principal: 'school',
  school_admin: 'school',
  grade_head: 'grade',
  class_teacher: 'klass',
  teacher: 'klass',
  mentor: 'klass',
  counsellor: 'school',
  lecturer: 'school',
  inspector: 'district',
  auditor: 'district',
}
const POSTS = postKind.options
const DEPTH = ['city', 'district', 'school', 'grade', 'class'] as const

export interface Persona {
  name: string
  token: string | null
  role: 'nobody' | 'guardian' | 'staff'
  /** The post, where it is in force and stands above or in the class of the scene. */
  post: PostKind | null
  /** How deep in the tree that post stands: 0 is the city. */
  depth: number
  isMother: boolean
  isTeacher: boolean
}

const persona = (over: Partial<Persona> & Pick<Persona, 'name' | 'role' | 'token'>): Persona => ({
  post: null,
  depth: 9,
  isMother: false,
  isTeacher: false,
  ...over,
})

type Branch = Awaited<ReturnType<typeof buildBranch>>

/** A family in a class, with everything a school has about it, and everybody who may come by. */
export async function buildScene(world: World) {
  world.goTo('2026-11-23T01:00:00Z')
  const branch = await buildBranch()
  const elsewhere = await buildBranch()
  const family = await buildFamily(world, branch)
  const things = {
    ...(await buildThings(world, branch, family)),
    ...(await buildMatters(world, branch, family)),
    ...(await buildDrafts(world, branch)),
  }
  const personas = [
    persona({ name: 'nobody', role: 'nobody', token: null }),
    ...(await guardians(world, branch, family)),
    ...(await staffOf(world, branch, family, true)),
    ...(await staffOf(world, elsewhere, family, false)),
    ...(await pastStaff(world, branch)),
  ]
  const mother = await PersonModel.findById(family.mother).lean()
  const ids: Ids = { ...things, sessionId: String(mother?.sessions.at(-1)?._id) }
  return { ids, personas }
}

async function buildFamily(world: World, { klass }: Branch) {
  const child = await buildStudent(klass, { name: '秦望舒' })
  const mother = await buildGuardian(world, child)
  const { fields } = world.deps()
  const phone = { phone: fields.seal('13977001234'), phoneIndex: fields.index('13977001234') }
  await PersonModel.updateOne({ _id: mother }, { ...phone, name: '秦望舒妈妈' })
  await GuardianshipModel.updateOne({ personId: mother }, { ...phone, isPrimary: true })
  const father = await buildGuardian(world, child, { relation: '爸爸' })
  await PersonModel.updateOne({ _id: father }, { name: '周某' })
  const grandmother = await buildGuardian(world, child, { relation: '奶奶' })
  const uncle = await buildGuardian(world, child, { relation: '舅舅' })
  const teacher = await buildStaff(klass, 'class_teacher', { name: '李文' })
  // Who could stand in for the 班主任.
  const colleague = await buildStaff(klass, 'teacher', { name: '王芳' })
  await PersonModel.updateOne({ _id: colleague }, { phoneIndex: fields.index('13700000088') })
  return { child, mother, father, grandmother, uncle, teacher }
}

type Family = Awaited<ReturnType<typeof buildFamily>>

async function guardians(world: World, { klass }: Branch, { mother, father }: Family): Promise<Persona[]> {
  const guardian = async (name: string, personId: string, isMother = false) =>
    persona({ name, role: 'guardian', token: await world.tokenOf(personId, 'guardian'), isMother })

  const stranger = await buildGuardian(world, await buildStudent(klass))
  const graduate = await buildStudent(klass)
  const graduatesParent = await buildGuardian(world, graduate)
  await StudentModel.updateOne({ _id: graduate._id }, { leftAt: world.now() })
  return [
    await guardian('the mother', mother, true),
    await guardian('a parent of the same class', stranger),
    await guardian('a guardian barred by a court', father),
    await guardian('the parent of a graduate', graduatesParent),
  ]
}

async function staffOf(world: World, branch: Branch, { teacher }: Family, isInside: boolean) {
  const made = POSTS.map(async (post) => {
    const unit: UnitRecord = branch[STANDS[post]]
    const isTeacher = isInside && post === 'class_teacher'
    const personId = isTeacher ? teacher : await buildStaff(unit, post)
    return persona({
      name: `${isInside ? 'a' : 'another city’s'} ${post}`,
      role: 'staff',
      token: await world.tokenOf(personId, 'staff'),
      ...(isInside && { post, depth: DEPTH.indexOf(unit.kind), isTeacher }),
    })
  })
  return Promise.all(made)
}

/** Whose time is over: a deputy after the leave, a 班主任 of last year. Each still teaches elsewhere. */
async function pastStaff(world: World, { klass }: Branch) {
  const elsewhere = await buildBranch()
  const past = async (name: string, deputy: boolean) => {
    const personId = await buildStaff(elsewhere.klass, 'teacher')
    const post = {
      post: 'class_teacher',
      unitId: klass._id,
      path: klass.path,
      from: new Date('2026-09-01'),
      to: new Date('2026-11-22'),
      ...(deputy && { isDeputy: true }),
    }
    await PersonModel.collection.updateOne({ _id: new mongoose.Types.ObjectId(personId) }, {
      $push: { posts: { _id: new mongoose.Types.ObjectId(), ...post } },
    } as never)
    return persona({ name, role: 'staff', token: await world.tokenOf(personId, 'staff') })
  }
  return [await past('a deputy whose days are over', true), await past('the 班主任 of last year', false)]
}

const bondOf = async (personId: string) => String((await GuardianshipModel.findOne({ personId }).lean())?._id)

/** What waits for somebody to decide about this family: orders of a court, reports, requests, moves. */
async function buildMatters(world: World, branch: Branch, family: Family): Promise<Ids> {
  const { city, district, school, klass } = branch
  const studentId = String(family.child._id)
  const asMother = await world.as(family.mother, 'guardian')
  const asTeacher = await world.as(family.teacher, 'staff')
  const asPrincipal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const asDistrict = await world.as(await buildStaff(district, 'district_admin'), 'staff')
  const about = async (personId: string) => ({ studentId, guardianshipId: await bondOf(personId) })

  await asPrincipal(barGuardian, { ...(await about(family.father)), document: '（2026）云01民初1号' })
  await asTeacher(barGuardian, { ...(await about(family.uncle)), document: '家属口头告知' })
  await asMother(reportGuardian, { ...(await about(family.uncle)), reason: '不是我们家的人' })
  await asMother(inviteGuardian, { studentId })
  const approval = await asTeacher(askApproval, {
    unitId: String(klass._id),
    kind: 'exports',
    words: '家长会签到',
  })

  const { school: receiving, klass: theirs } = await buildBranch({ city, district })
  const newcomer = await buildStudent(theirs, { name: '何新' })
  const transfer = await asPrincipal(proposeTransfer, { studentId, toSchoolId: String(receiving._id) })
  const promotion = await asDistrict(beginPromotion, { unitId: String(district._id) })
  const file = { fileName: '小升初.xlsx', bytes: 9000 }
  const { assignmentId } = await asDistrict(beginAssignment, { unitId: String(district._id), ...file })
  const barWith = async (status: 'active' | 'asked') =>
    String((await BarModel.findOne({ studentId, status }).lean())?._id)
  const report = await ReportModel.findOne({ studentId }).lean()
  return {
    barId: await barWith('active'),
    askedBarId: await barWith('asked'),
    reportId: String(report?._id),
    approvalId: approval.id,
    transferId: transfer.id,
    promotionId: promotion.id,
    assignmentId,
    receivingId: String(receiving._id),
    newcomerNumber: newcomer.number,
    newcomerName: newcomer.name,
    heirId: await bondOf(family.grandmother),
  }
}

/** Letter, signature, call, certificate, exam, join and import: one of everything, all of this family. */
/** A 回执 below a letter to posts: what its author reads of those that answer. */
const answerOfOffice = (letterId: string, { _id, path }: UnitRecord, personId: string) =>
  StaffAnswerModel.create({
    _id: `${letterId}:${String(_id)}`,
    ...{ letterId, unitId: _id, path, unitName: '实验中学', personId, by: '李文', items: [], earlier: [] },
    ...{ answeredAt: new Date(), changedAt: new Date() },
  })

async function buildThings(world: World, branch: Branch, { child, mother, teacher }: Family): Promise<Ids> {
  const { school, klass } = branch
  await publish(world)
  const studentId = String(child._id)
  const classId = String(klass._id)
  const asMother = await world.as(mother, 'guardian')
  const asTeacher = await world.as(teacher, 'staff')
  const office = await buildStaff(school, 'school_admin')
  const asOffice = await world.as(office, 'staff')

  const letter = await sendLetter(world, office, school, { audience: [klass], confirmation: 'sign' })
  await tick(world)
  await asMother(openMyLetter, { studentId, letterId: letter.id })
  await asMother(signMyLetter, { studentId, letterId: letter.id, ...INK })
  const attachmentId = String(new mongoose.Types.ObjectId())
  const sha256 = await world.deps().files.put(Buffer.from('%PDF-1.4'))
  const attachments = [{ id: attachmentId, name: '手册.pdf', kind: 'pdf', bytes: 8, sha256 }]
  await LetterModel.updateOne({ _id: letter.id }, { attachments })
  await answerOfOffice(letter.id, klass, teacher)
  const said = { studentId, letterId: letter.id, requestId: newRequest() }
  const { line } = await asMother(writeToMyThread, { ...said, text: '让妈妈独自接送' })
  const threadId = String((await ThreadModel.findOne({ studentId: child._id }).lean())?._id)
  const answered = await asTeacher(answerThread, { threadId, requestId: newRequest(), text: '好的' })
  const draft = await asOffice(createLetter, {
    ...DRAFT,
    unitId: String(school._id),
    requestId: newRequest(),
    audience: [classId],
  })

  const { slots } = await asTeacher(openSlots, {
    unitId: classId,
    days: ['2026-11-25'],
    from: '16:00',
    until: '18:00',
    lengthMinutes: 15,
    gapMinutes: 5,
    way: 'phone',
  })
  await asMother(bookSlot, { studentId, slotId: slots[0]?.id ?? '', topic: '让妈妈独自接送' })

  const { certificateId } = await passAll(world, asMother)
  const attempt = await AttemptModel.findOne().lean()
  const join = await asMother(askToJoin, {
    code: klass.joinCode ?? '',
    studentName: '秦望舒',
    guardianName: '秦岚',
    relation: '姑姑',
  })
  const guardianship = await GuardianshipModel.findOne({ personId: mother }).lean()
  const roster = await ImportModel.create({
    unitId: school._id,
    path: school.path,
    fileName: '花名册.xlsx',
    bytes: 9000,
    makeUnits: false,
    begunBy: new mongoose.Types.ObjectId(office),
  })
  const reflection = await ReflectionModel.create({
    personId: new mongoose.Types.ObjectId(mother),
    programmeCode: 'grade7',
    lessonCode: 'dinner',
    lessonId: new mongoose.Types.ObjectId(),
    medium: 'task',
    sealedText: world.deps().fields.seal('我们一起做了一顿饭。'),
    isShared: true,
    status: 'waiting',
    path: child.path,
    cityId: branch.city._id,
    savedAt: world.now(),
  })
  const content = await ContentModel.create({
    ...{ kind: 'reply', subject: 'a-line', personId: mother, path: child.path, because: 'doubt' },
    ...{ status: 'waiting', savedAt: world.now() },
    sealedText: world.deps().fields.seal('明天我来接孩子。'),
    sealedWho: world.deps().fields.seal('秦望舒妈妈'),
  })
  const post = await PersonModel.findById(teacher).lean()
  const { asset } = await asOffice(beginUpload, {
    unitId: String(school._id),
    kind: 'pdf',
    name: '手册.pdf',
    bytes: 900,
  })
  const gathering = await asTeacher(openGathering, {
    unitId: classId,
    title: '家长会',
    minutes: 600,
    requestId: newRequest(),
  })
  const proof = await EvidenceModel.create({
    personId: mother,
    studentId,
    unitIds: klass.path.split('/').filter(Boolean),
    programmeCode: 'grade7',
    way: 'upload',
    title: '参加一次家长会',
    status: 'waiting',
    givenAt: world.now(),
  })
  const group = await ChildGroupModel.create({
    ...{ unitId: klass._id, path: klass.path, name: '校车', requestId: newRequest() },
  })
  const fill = await GroupFillModel.create({
    ...{ groupId: group._id, fileName: '校车.xlsx', status: 'checked', at: world.now() },
  })
  const saved = await SavedAudienceModel.create({
    unitId: klass._id,
    name: '全班',
    audience: [{ unitId: klass._id, path: klass.path, name: klass.fullName }],
  })
  return {
    groupId: String(group._id),
    fillId: String(fill._id),
    savedId: String(saved._id),
    gatheringId: gathering.id,
    evidenceId: String(proof._id),
    assetId: asset.id,
    reflectionId: String(reflection._id),
    contentId: String(content._id),
    ...(await buildSchoolThings(world, school, { office, mother, studentId })),
    cityId: String(branch.city._id),
    districtId: String(branch.district._id),
    schoolId: String(school._id),
    gradeId: String(branch.grade._id),
    classId,
    studentId,
    guardianshipId: String(guardianship?._id),
    letterId: letter.id,
    threadId,
    lineId: line.id,
    answerLineId: answered.line.id,
    draftId: draft.id,
    attachmentId,
    slotId: slots[0]?.id ?? '',
    freeSlotId: slots[1]?.id ?? '',
    certificateId: certificateId ?? '',
    attemptId: String(attempt?._id),
    joinId: join.id,
    importId: String(roster._id),
    personId: teacher,
    postId: String(post?.posts[0]?._id),
    code: 'grade7',
  }
}

/** A programme the school is writing, with a lesson and a question. */
async function buildDrafts(world: World, { school }: Branch): Promise<Ids> {
  const asOffice = await world.as(await buildStaff(school, 'school_admin'), 'staff')
  const draft = await writeProgramme(asOffice, String(school._id), { lessonTitles: ['孩子不肯起床'] })
  const lessonId = draft.lessonRows[0]?.id ?? ''
  const question = await asOffice(addQuestionDraft, {
    ...QUESTION,
    programmeDraftId: draft.id,
    requestId: newRequest(),
    lessonId,
  })
  return { programmeDraftId: draft.id, lessonDraftId: lessonId, questionDraftId: question.id }
}
