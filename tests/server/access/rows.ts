import type { UnitKind } from '#contract/org'
import type { PostKind } from '#contract/posts'
import { ACTIVITY, LECTURER } from './school-things.ts'

/** What an honest caller would say: real ids of the scene, under the names the contract gives them. */
export type Ids = Readonly<Record<string, string>>

/**
 * Who may use one endpoint: written by hand by somebody who thought of the people in it, never derived from the code under test.
 * What goes without saying: an id in the call belongs to the family of the scene and its class, and for anybody else it does not exist.
 */
export interface Row {
  /** The posts that may, where they stand at or above the place. */
  may?: readonly PostKind[]
  /** Where the things lie that the call names; a post further down or elsewhere is outside. Default: the class. */
  at?: UnitKind
  /** Whoever may not is told that there is no such thing, inside the unit too. */
  isHidden?: true
  /** Of those the posts that know of it all the same, and are told that it is not theirs to do. */
  told?: readonly PostKind[]
  /** Posts beyond those that know families whose work it is to read the names here. */
  alsoNamed?: readonly PostKind[]
  /** Whoever has the role gets an answer, about themselves; it must not contain the family of the scene. */
  own?: true
  /** The ids belong to one person: for everybody else they do not exist, whatever their post. */
  only?: 'teacher' | 'mother'
  /** For staff alone, whatever the contract says of being signed in: what a guardian is told. */
  guardianIs?: 403
  /**
   * It begins work that goes on after the answer: asked last, so that it changes nothing under the others. The higher, the more it
   * changes: 1 files, 2 children, 3 the tree.
   */
  goesOn?: 1 | 2 | 3
  /** What is said beside the ids. */
  say?: (ids: Ids) => Record<string, unknown>
}

const ADMINS: PostKind[] = ['city_admin', 'district_admin', 'principal', 'school_admin']
/** Who answers for what is done with children's data (条例 36): in a school the principal alone. */
const RESPONSIBLE: PostKind[] = ['city_admin', 'district_admin', 'principal']
const SCHOOL: PostKind[] = ['principal', 'school_admin']
const WITH_GRADE: PostKind[] = [...ADMINS, 'grade_head', 'class_teacher']
/** The posts that see the names of families: those who know them, and the district that keeps the roster. */
export const KNOW_FAMILIES: PostKind[] = ['district_admin', ...SCHOOL, 'grade_head', 'class_teacher']
const KEEP_FAMILIES: PostKind[] = ['district_admin', ...SCHOOL, 'class_teacher']
const FIGURES: PostKind[] = [...WITH_GRADE, 'inspector']
const LOOK: PostKind[] = [...FIGURES, 'teacher', 'mentor', 'counsellor', 'lecturer']
const CALLS: PostKind[] = [...SCHOOL, 'grade_head', 'class_teacher', 'teacher', 'mentor']
const MOVES: PostKind[] = ['district_admin', ...SCHOOL]
const JOINS: PostKind[] = [...SCHOOL, 'grade_head', 'class_teacher']

const own: Row = { own: true }
const family: Row = {}
const staff = (may: readonly PostKind[], more: Omit<Row, 'may'> = {}): Row => ({ may, ...more })

const LETTER = {
  title: '明天带水杯',
  body: '请给孩子带一个水杯。',
  pledge: '',
  confirmation: 'read',
  dueOn: null,
}
const requestId = () => `request-${crypto.randomUUID()}`
const said = (words: Record<string, unknown>) => (): Record<string, unknown> => words

const accounts: Record<string, Row> = {
  signInWithWechat: own,
  signInWithPassword: own,
  listDemoPeople: own,
  signInAsDemo: own,
  readMe: own,
  switchRole: own,
  signOut: own,
  listMySessions: own,
  revokeMySession: { only: 'mother' },
  bindPhone: own,
  beginTotp: own,
  confirmTotp: own,
  removeTotp: own,
  changePassword: own,
  setOwnPassword: own,
  beginScan: own,
  openScan: { own: true, guardianIs: 403 },
  answerScan: { own: true, guardianIs: 403 },
  pollScan: own,
  readPasswordLink: own,
  setPasswordByLink: own,
  readSignInRules: staff(ADMINS),
  setSignInRules: staff(ADMINS),
  readAppointing: staff(ADMINS),
  listPostsOf: staff(ADMINS),
  listMyDeputies: own,
  // The holder names one too; here that is the 班主任.
  nameDeputy: staff([...ADMINS, 'class_teacher'], {
    say: ({ postId }) => ({ postId, phone: '13700000088', fromOn: '2026-11-24', toOn: '2026-11-30' }),
  }),
  appointStaff: staff(ADMINS, { say: said({ post: 'teacher', name: '吴新', phone: '13700000077' }) }),
  endPost: staff(ADMINS, { say: said({ post: 'class_teacher' }) }),
  endPostById: staff(ADMINS),
  resetSignIn: staff(ADMINS),
  listStaff: staff(FIGURES),
}

const org: Record<string, Row> = {
  // The auditor has to find the unit whose log it is.
  readUnit: staff([...LOOK, 'auditor']),
  listUnits: staff(ADMINS),
  addUnit: staff(ADMINS, { at: 'district', say: said({ name: '新城小学', code: '3601990099' }) }),
  addClasses: staff(ADMINS, { at: 'school' }),
  changeUnit: staff(ADMINS),
  closeUnit: staff(ADMINS),
  listTerms: staff(LOOK),
  saveTerms: staff(['city_admin'], { at: 'city' }),
  listStudents: staff(KNOW_FAMILIES),

  beginPromotion: staff(['city_admin', 'district_admin'], { at: 'district' }),
  listPromotions: staff(['city_admin', 'district_admin'], { at: 'district' }),
  readPromotion: staff(['city_admin', 'district_admin'], { at: 'district' }),
  listPromotionMoves: staff(['city_admin', 'district_admin'], { at: 'district' }),
  planPromotionClass: staff(['city_admin', 'district_admin'], { at: 'district' }),
  applyPromotion: staff(['city_admin', 'district_admin'], { at: 'district', goesOn: 3 }),
  undoPromotion: staff(['city_admin', 'district_admin'], { at: 'district' }),
  discardPromotion: staff(['city_admin', 'district_admin'], { at: 'district' }),

  moveStudent: staff(MOVES, { say: ({ classId }) => ({ classId }) }),
  findSchools: staff(MOVES),
  listClassChoices: staff(MOVES),
  proposeTransfer: staff(MOVES, { say: ({ receivingId }) => ({ toSchoolId: receivingId }) }),
  askForTransfer: staff(MOVES, {
    at: 'school',
    say: ({ receivingId, newcomerNumber, newcomerName }) => ({
      fromSchoolId: receivingId,
      number: newcomerNumber,
      studentName: newcomerName,
    }),
  }),
  listTransfers: staff(MOVES, { at: 'school' }),
  // The receiving school decides, or the district above both; the giving school may not say yes to itself.
  decideTransfer: staff(['district_admin'], {
    isHidden: true,
    told: SCHOOL,
    at: 'school',
    say: said({ accept: false, reason: '班额已满' }),
  }),
  withdrawTransfer: staff(MOVES, { isHidden: true, at: 'school' }),
  beginAssignment: staff(MOVES, { at: 'district', say: said({ fileName: '小升初.xlsx', bytes: 9000 }) }),
  readAssignment: staff(MOVES, { isHidden: true, at: 'district' }),
  listAssignments: staff(MOVES, { at: 'district' }),
  sendAssignment: staff(MOVES, { isHidden: true, at: 'district' }),
  discardAssignment: staff(MOVES, { isHidden: true, at: 'district' }),
  listAssignedGroups: staff(MOVES, { at: 'school' }),
  // A list that has not been sent has no groups yet: for everybody there is nothing there.
  listAssigned: staff([], { isHidden: true, at: 'city' }),
  decideAssigned: staff([], { isHidden: true, at: 'city' }),

  listMyMatches: own,
  answerMatch: { only: 'mother' },
  readClassByCode: own,
  askToJoin: own,
  listMyJoins: own,
  withdrawMyJoin: { only: 'mother' },
  askToJoinAgain: { only: 'mother' },
  listJoins: staff(JOINS),
  decideJoin: staff(JOINS, { say: said({ approve: false, reason: '班里没有这位同学' }) }),
  readClassCode: staff(JOINS),

  listMyFamilies: own,
  setMyFamilyMarks: family,
  setMyRelation: family,
  handOverPrimary: { say: ({ heirId }) => ({ guardianshipId: heirId }) },
  leaveFamily: family,
  reportGuardian: family,
  inviteGuardian: family,
  withdrawInvitation: family,
  readInvitation: own,
  acceptInvitation: own,
  readFamily: staff(KNOW_FAMILIES),
  setFamilyMarks: staff(KEEP_FAMILIES),
  correctGuardian: staff(KEEP_FAMILIES),
  makePrimary: staff(KEEP_FAMILIES),
  removeGuardian: staff(KEEP_FAMILIES),
  barGuardian: staff(KEEP_FAMILIES),
  dismissBar: staff(['district_admin', ...SCHOOL], { say: ({ askedBarId }) => ({ barId: askedBarId }) }),
  liftBar: staff(['district_admin', ...SCHOOL]),
  dismissReport: staff(KEEP_FAMILIES),
  listFamilyMatters: staff(JOINS),
  searchFamilies: staff(KNOW_FAMILIES),

  beginRosterImport: staff(ADMINS, {
    at: 'school',
    say: said({ fileName: '花名册.xlsx', bytes: 9000, makeUnits: false }),
  }),
  readRosterImport: staff(ADMINS, { at: 'school' }),
  listRosterImports: staff(ADMINS, { at: 'school' }),
  readRosterOutline: staff(ADMINS, { at: 'school' }),
  mapRosterColumns: staff(ADMINS, { at: 'school' }),
  listRosterDifferences: staff(ADMINS, { at: 'school' }),
  applyRosterImport: staff(ADMINS, { at: 'school', goesOn: 2 }),
  undoRosterImport: staff(ADMINS, { at: 'school' }),
  discardRosterImport: staff(ADMINS, { at: 'school' }),
}

const letters: Record<string, Row> = {
  // With a unit, whose calendar fills in the days; the bare list is for all staff.
  listLetterTemplates: staff(WITH_GRADE),
  countAudience: staff(WITH_GRADE, { say: ({ classId }) => ({ unitIds: [classId] }) }),
  createLetter: staff(WITH_GRADE, {
    say: ({ classId }) => ({ ...LETTER, kind: 'letter', requestId: requestId(), audience: [classId] }),
  }),
  // A draft belongs to the office that wrote it: the school of the scene.
  updateLetter: staff(ADMINS, {
    at: 'school',
    say: ({ classId, draftId }) => ({ ...LETTER, letterId: draftId, audience: [classId] }),
  }),
  removeLetter: staff(ADMINS, { at: 'school', say: ({ draftId }) => ({ letterId: draftId }) }),
  queueLetter: staff(ADMINS, { at: 'school', say: ({ draftId }) => ({ letterId: draftId, sendAt: null }) }),
  unqueueLetter: staff(ADMINS, { at: 'school' }),
  withdrawLetter: staff(ADMINS, { at: 'school', say: () => ({ reason: '写错了时间' }) }),
  readLetterSettings: staff(WITH_GRADE),
  setLetterSettings: staff([...ADMINS, 'grade_head'], { at: 'grade', say: () => ({ asksApproval: [] }) }),
  readWritingRules: staff(WITH_GRADE),
  listScheduledLetters: staff(WITH_GRADE),
  listSubmittedLetters: staff(WITH_GRADE),
  settleNodeMove: staff(ADMINS, {
    at: 'school',
    say: ({ draftId }) => ({
      ...{ letterId: draftId, take: true },
      seen: { from: '2026-10-01', to: '2026-10-07', isOff: false },
    }),
  }),
  listExpiredDrafts: staff(WITH_GRADE),
  restoreDraft: staff(ADMINS, { at: 'school', say: ({ draftId }) => ({ letterId: draftId }) }),
  rescheduleLetter: staff(ADMINS, { at: 'school', say: () => ({ sendAt: '2027-01-04T00:00:00Z' }) }),
  submitLetter: staff(ADMINS, { at: 'school', say: ({ draftId }) => ({ letterId: draftId }) }),
  recallLetter: staff(ADMINS, { at: 'school' }),
  decideLetter: staff(ADMINS, { at: 'school', say: () => ({ hash: 'a'.repeat(64), approve: true }) }),
  copyLetter: staff(WITH_GRADE, { say: () => ({ requestId: requestId() }) }),
  forwardLetter: staff(WITH_GRADE, {
    say: () => ({ requestId: requestId(), preface: '请各位家长看一看。' }),
  }),
  // The letter of the scene was not passed on by anybody.
  keepForward: staff(ADMINS, { at: 'school' }),
  takeCorrection: staff(ADMINS, { at: 'school', say: () => ({ requestId: requestId() }) }),
  listForwards: staff(FIGURES),
  approveLetters: staff(WITH_GRADE, {
    say: ({ letterId }) => ({ letters: [{ letterId, hash: 'a'.repeat(64) }] }),
  }),
  reviseLetter: staff(ADMINS, { at: 'school', say: () => ({ requestId: requestId() }) }),
  sendNotice: staff(WITH_GRADE, {
    say: () => ({
      requestId: requestId(),
      title: LETTER.title,
      body: LETTER.body,
      confirmation: 'read',
      dueOn: null,
    }),
  }),
  listLetters: staff(FIGURES),
  readLetter: staff(FIGURES),
  readLetterFigures: staff(FIGURES),
  readSheet: staff(KNOW_FAMILIES),
  // The class of the scene has not moved up: nobody has letters of a past class yet.
  listMyPastLetters: own,
  readMyPastSheet: { own: true },
  readSignedCopy: staff(KNOW_FAMILIES),
  remindUnread: staff(WITH_GRADE),
  readReminderPlan: staff(FIGURES),
  listUnreached: staff(FIGURES),
  recountUnreached: staff(FIGURES),
  exportUnreached: staff(KNOW_FAMILIES),
  printPaperNotices: staff(KNOW_FAMILIES),
  planReminders: staff(ADMINS, { at: 'school', say: () => ({ steps: ['onDay'] }) }),
  exportLetterSheet: staff(KNOW_FAMILIES),
  listMyLetters: family,
  listMyWithdrawnLetters: family,
  openMyLetter: family,
  confirmMyLetter: family,
  signMyLetter: family,
  objectToMyLetter: { ...family, say: said({ reason: '太远' }) },
  readMySignedCopy: family,
  answerMyLetter: family,
  listGroups: staff(KNOW_FAMILIES),
  createGroup: staff(KNOW_FAMILIES, {
    say: () => ({
      requestId: requestId(),
      name: `分组${requestId()}`.slice(0, 20),
      isSensitive: false,
      endsWithYear: false,
    }),
  }),
  // Whoever does not know the families is not told that there is such a group: its name may say too much.
  changeGroup: staff(KNOW_FAMILIES, {
    isHidden: true,
    say: () => ({ name: '校车', isSensitive: false, endsWithYear: false }),
  }),
  closeGroup: staff(KNOW_FAMILIES, { isHidden: true, goesOn: 1 }),
  listGroupMembers: staff(KNOW_FAMILIES, { isHidden: true }),
  addToGroup: staff(KNOW_FAMILIES, { isHidden: true, say: ({ studentId }) => ({ studentIds: [studentId] }) }),
  removeFromGroup: staff(KNOW_FAMILIES, {
    isHidden: true,
    say: ({ studentId }) => ({ studentIds: [studentId] }),
  }),
  beginGroupFill: staff(KNOW_FAMILIES, { isHidden: true, say: said({ fileName: '校车.xlsx', bytes: 9000 }) }),
  readGroupFill: staff(KNOW_FAMILIES, { isHidden: true }),
  applyGroupFill: staff(KNOW_FAMILIES, { isHidden: true, say: said({ choices: [] }) }),
  undoGroupFill: staff(KNOW_FAMILIES, { isHidden: true }),
  listSavedAudiences: staff(WITH_GRADE),
  saveAudience: staff(WITH_GRADE, {
    say: ({ classId }) => ({ name: `范围${requestId()}`.slice(0, 20), unitIds: [classId] }),
  }),
  renameSavedAudience: staff(WITH_GRADE, { say: () => ({ name: '全班' }) }),
  removeSavedAudience: staff(WITH_GRADE, { goesOn: 1 }),
  listMyStaffLetters: own,
  // The letter of the scene is to families: of a letter to staff everybody else hears nothing.
  openMyStaffLetter: { own: true },
  confirmMyStaffLetter: { own: true },
  answerMyStaffLetter: { own: true },
  readStaffFigures: staff(FIGURES),
  // The names of colleagues: for whoever gives the posts there, and the office that wrote the letter, here the school's.
  readStaffSheet: staff(ADMINS),
  readStaffAnswers: staff(ADMINS),
  listStaffMissing: staff(ADMINS),
  showStaffNumber: staff(ADMINS, {
    say: ({ letterId, classId }) => ({ answerId: `${letterId}:${classId}` }),
  }),
  exportStaffSheet: staff(ADMINS),
  exportStaffFiles: staff(ADMINS),
  readAnswerFigures: staff(FIGURES),
  readAnswers: staff(KNOW_FAMILIES),
  enterAnswer: staff(KNOW_FAMILIES, {
    say: ({ studentId, guardianshipId }) => ({ studentId, guardianshipId }),
  }),
  readObjections: staff(KNOW_FAMILIES),
  settleObjection: staff(KNOW_FAMILIES, { say: said({ decision: '同意', note: '通了电话' }) }),
  listOpenObjections: staff(KNOW_FAMILIES),
  checkSignedCopy: own,
  verifySignedCopy: staff(FIGURES, { say: said({ sha256: 'a'.repeat(64) }) }),
  enterForMany: staff(KNOW_FAMILIES, {
    say: ({ studentId }) => ({ studentIds: [studentId], way: 'paper', answers: [] }),
  }),
  enterTable: staff(KNOW_FAMILIES, {
    say: ({ studentId }) => ({ way: 'paper', rows: [{ studentId, answers: [] }] }),
  }),
  undoEntries: staff(KNOW_FAMILIES, { say: ({ studentId }) => ({ studentIds: [studentId] }) }),
  settleConflict: staff(KNOW_FAMILIES, { say: ({ studentId }) => ({ studentId }) }),
}

const letterWriting: Record<string, Row> = {
  readLinkSites: staff(WITH_GRADE),
  saveLinkSites: staff(ADMINS, { at: 'city', say: said({ own: [] }) }),
  attachFile: staff(ADMINS, {
    at: 'school',
    say: ({ draftId, assetId }) => ({ letterId: draftId, assetId }),
  }),
  detachFile: staff(ADMINS, { at: 'school', say: ({ draftId }) => ({ letterId: draftId }) }),
  readAttachment: staff(FIGURES),
  readMyAttachment: family,
  readStaffAttachment: { own: true },
  // Asks for what one has begun oneself.
  readBegunLetter: { own: true, say: () => ({ requestId: requestId() }) },
  previewLetter: staff(['district_admin', ...SCHOOL], { at: 'school' }),
}

/** Below the letter of the scene the mother wrote to the 班主任. A thread is for who holds that post: for everybody else there is none. */
const threads: Record<string, Row> = {
  openMyThread: family,
  listMyThreads: family,
  countMyThreads: own,
  writeToMyThread: { say: () => ({ requestId: requestId(), text: '明天请半天假' }) },
  readMyThread: family,
  withdrawMyLine: family,
  listThreads: own,
  countThreads: own,
  readThread: { only: 'teacher' },
  answerThread: { only: 'teacher', say: () => ({ requestId: requestId(), text: '好的' }) },
  markThreadRead: { only: 'teacher' },
  withdrawLine: { only: 'teacher', say: ({ answerLineId }) => ({ lineId: answerLineId }) },
  finishThread: { only: 'teacher' },
  followThread: { only: 'teacher' },
  listDesks: { only: 'teacher' },
  forwardThread: { only: 'teacher', say: ({ schoolId }) => ({ unitId: schoolId, post: 'principal' }) },
  listOverdueThreads: staff(SCHOOL, { at: 'school' }),
  askOverdueThread: staff(SCHOOL, { at: 'school' }),
  takeOverThread: staff(SCHOOL, { at: 'school' }),
  listMyPhrases: own,
  saveMyPhrases: own,
  readServiceHours: staff(LOOK),
  saveServiceHours: staff(ADMINS, { at: 'school', say: said({ from: '07:30', to: '18:00' }) }),
  setLetterReplies: staff(ADMINS, { at: 'school', say: said({ to: 'author' }) }),
}

const meetings: Record<string, Row> = {
  openSlots: staff(CALLS, {
    say: said({
      days: ['2026-11-26'],
      from: '16:00',
      until: '18:00',
      lengthMinutes: 15,
      gapMinutes: 5,
      way: 'phone',
    }),
  }),
  listMySlots: own,
  closeSlot: { only: 'teacher' },
  cancelCall: { only: 'teacher' },
  readCallNumber: { only: 'teacher' },
  listFreeSlots: family,
  bookSlot: { say: ({ freeSlotId }) => ({ slotId: freeSlotId, topic: '学习' }) },
  listMyCalls: own,
  cancelMyCall: { only: 'mother' },
  listUnitCalls: staff(KNOW_FAMILIES),
}

const courses: Record<string, Row> = {
  listMyProgrammes: own,
  readMyProgramme: own,
  learnAgain: own,
  readLesson: own,
  beatLesson: own,
  answerQuiz: own,
  startExam: own,
  answerStop: own,
  saveReflection: own,
  removeMyReflection: own,
  listSharedReflections: own,
  listReflectionsToReview: staff(ADMINS, { at: 'school' }),
  // The school of the family looks at it, and who stands above.
  reviewReflection: staff(ADMINS, { at: 'school' }),
  listContents: staff(ADMINS, { at: 'school', say: () => ({ status: 'waiting' }) }),
  readContentPicture: staff(ADMINS, { at: 'school' }),
  decideContent: staff(ADMINS, {
    at: 'school',
    say: () => ({ savedAt: new Date().toISOString(), pass: true }),
  }),
  submitExam: { only: 'mother' },
  readMyExam: { only: 'mother' },
  listProgrammes: staff(LOOK),
  readProgrammeOutline: staff(LOOK),
  readItemStatistics: staff([...ADMINS, 'lecturer']),
  beginRenewal: { say: ({ studentId }) => ({ studentId }) },
  readMyEvidence: { say: ({ studentId }) => ({ studentId }) },
  checkIn: { say: ({ studentId }) => ({ studentId, code: '000000' }) },
  listGatherings: staff(FIGURES),
  openGathering: staff(JOINS, { say: said({ title: '家长会', minutes: 60, requestId: 'gathering-1' }) }),
  readGatheringCode: staff(JOINS),
  closeGathering: staff(JOINS),
  listEvidence: staff(JOINS),
  decideEvidence: staff(JOINS, { say: said({ accept: false, words: '看不清' }) }),
  readRelease: staff(FIGURES),
  releaseCertificates: staff(ADMINS),
  remindLearners: staff(WITH_GRADE),
  beginPrinting: staff(KNOW_FAMILIES, { goesOn: 1, say: said({ requestId: 'printing-1' }) }),
  listPrintings: staff(KNOW_FAMILIES),
  readCompletion: staff(FIGURES),
  listLearnersOfClass: staff(KNOW_FAMILIES),
  listMyCertificates: own,
  readMyCertificate: { only: 'mother' },
  listCertificates: staff(FIGURES),
  readCertificateCopies: staff(KNOW_FAMILIES),
  revokeCertificate: staff(ADMINS),
  verifyCertificate: own,
  verifyHolder: own,
  verifyCopy: own,
  replaceCertificate: staff(MOVES, { say: said({ reason: '姓名写错', holder: '林更正' }) }),
  readCertificateLook: staff(FIGURES),
  setCertificateDesign: staff(ADMINS, { at: 'school', say: said({ design: 'jade' }) }),
  removeCertificateSeal: staff(ADMINS, { at: 'school' }),
  previewCertificate: staff(FIGURES, { say: said({ design: 'dawn' }) }),
}

const WRITE_COURSES: PostKind[] = [...ADMINS, 'lecturer']
/** What a school is writing; a lecturer writes and does not publish. */
const drafts: Record<string, Row> = {
  listProgrammeDrafts: staff(WRITE_COURSES, { at: 'school' }),
  createProgrammeDraft: staff(WRITE_COURSES, { at: 'school' }),
  readProgrammeDraft: staff(WRITE_COURSES, { at: 'school' }),
  saveProgrammeDraft: staff(WRITE_COURSES, { at: 'school' }),
  removeProgrammeDraft: staff(WRITE_COURSES, { at: 'school' }),
  publishProgrammeDraft: staff(ADMINS, { at: 'school' }),
  readPublicationEffect: staff(WRITE_COURSES, { at: 'school' }),
  submitProgrammeDraft: staff(ADMINS, { at: 'school' }),
  recallProgrammeDraft: staff(ADMINS, { at: 'school' }),
  listSubmittedDrafts: staff(ADMINS, { at: 'school' }),
  // Nobody asks for it in the scene: whoever may publish is told that there is nothing to decide.
  decideProgrammeDraft: staff(ADMINS, { at: 'school', say: said({ approve: true, words: '' }) }),
  withdrawProgramme: staff(ADMINS, { at: 'school' }),
  adaptProgramme: staff(WRITE_COURSES, { at: 'school' }),
  readCourseSettings: staff(WRITE_COURSES, { at: 'school' }),
  setCourseSettings: staff(ADMINS, { at: 'school' }),
  readTraining: staff(FIGURES),
  listTrainees: staff(ADMINS, { at: 'school', say: said({ code: 'grade7' }) }),
  remindTrainees: staff(ADMINS, { at: 'school', say: said({ code: 'grade7' }) }),
  addLessonDraft: staff(WRITE_COURSES, { at: 'school' }),
  readLessonDraft: staff(WRITE_COURSES, { at: 'school' }),
  saveLessonDraft: staff(WRITE_COURSES, { at: 'school', say: said({ poster: '' }) }),
  removeLessonDraft: staff(WRITE_COURSES, { at: 'school' }),
  listQuestionDrafts: staff(WRITE_COURSES, { at: 'school' }),
  addQuestionDraft: staff(WRITE_COURSES, { at: 'school' }),
  saveQuestionDraft: staff(WRITE_COURSES, { at: 'school' }),
  removeQuestionDraft: staff(WRITE_COURSES, { at: 'school' }),
}

const files: Record<string, Row> = {
  beginUpload: staff(WRITE_COURSES, {
    at: 'school',
    say: said({ kind: 'pdf', name: '手册.pdf', bytes: 900 }),
  }),
  resumeUpload: staff(WRITE_COURSES, { at: 'school' }),
  listAssets: staff(WRITE_COURSES, { at: 'school' }),
  readAsset: staff(WRITE_COURSES, { at: 'school' }),
  saveCaptions: staff(WRITE_COURSES, { at: 'school' }),
  removeAsset: staff(WRITE_COURSES, { at: 'school' }),
}

const draft = ({ draftSurveyId }: Ids) => ({ surveyId: draftSurveyId })

const surveys: Record<string, Row> = {
  listSurveys: staff(FIGURES),
  planSurvey: staff(ADMINS, { at: 'school' }),
  createSurvey: staff(ADMINS, {
    at: 'school',
    say: () => ({ requestId: requestId(), closesOn: '2026-12-01' }),
  }),
  readSurvey: staff(FIGURES),
  redrawSurvey: staff(ADMINS, { at: 'school', say: draft }),
  openSurvey: staff(ADMINS, { at: 'school', say: draft }),
  removeSurvey: staff(ADMINS, { at: 'school', say: draft }),
  remindSurvey: staff(ADMINS, { at: 'school' }),
  closeSurvey: staff(ADMINS, { at: 'school' }),
  repeatSurvey: staff(ADMINS, { at: 'school' }),
  exportSurvey: staff(FIGURES),
  listMySurveys: family,
  openMySurvey: family,
  answerMySurvey: family,
}

const parentSchools: Record<string, Row> = {
  readParentSchool: staff(LOOK, { at: 'school' }),
  readCharter: staff(LOOK, { at: 'school' }),
  listSchoolTemplates: own,
  saveCharter: staff(ADMINS, {
    at: 'school',
    say: said({ version: 1, text: '第一条', adoptedOn: '2026-09-01' }),
  }),
  addLecturer: staff(ADMINS, { at: 'school', say: () => ({ ...LECTURER, requestId: requestId() }) }),
  changeLecturer: staff(ADMINS, { at: 'school', say: () => ({ ...LECTURER, isRetired: false }) }),
  addActivity: staff(ADMINS, { at: 'school', say: () => ({ ...ACTIVITY, requestId: requestId() }) }),
  changeActivity: staff(ADMINS, { at: 'school', say: () => ACTIVITY }),
  removeActivity: staff(ADMINS, { at: 'school' }),
  holdActivity: staff(ADMINS, { at: 'school', say: said({ families: 20 }) }),
  reopenActivity: staff(ADMINS, { at: 'school' }),
  readActivity: staff(LOOK),
  readParentSchoolFigures: staff(FIGURES),
  exportParentSchoolFigures: staff(FIGURES),
  readMyParentSchool: family,
  checkInActivity: { own: true },
  // Who was not there has nothing to rate, and is told so.
  rateLecturer: family,
}

const LIVE = {
  title: '手机放下来',
  summary: '',
  theme: 'guidance',
  startAt: '2026-12-01T11:00:00.000Z',
  minutes: 60,
  grades: [],
  lecturerIds: [],
}
const live: Record<string, Row> = {
  listLive: staff(FIGURES),
  createLive: staff(ADMINS, { at: 'school', say: () => ({ ...LIVE, requestId: requestId() }) }),
  changeLive: staff(ADMINS, { at: 'school', say: said(LIVE) }),
  cancelLive: staff(ADMINS, { at: 'school' }),
  beginLive: staff(ADMINS, { at: 'school' }),
  endLive: staff(ADMINS, { at: 'school' }),
  readLive: staff(FIGURES),
  listLiveAttendance: staff(KNOW_FAMILIES),
  listLiveQuestions: staff(ADMINS, { at: 'school' }),
  settleLiveQuestion: staff(ADMINS, { at: 'school' }),
  makeLiveLesson: staff(ADMINS, { at: 'school' }),
  listMyLive: family,
  readMyLive: family,
  registerLive: family,
  unregisterLive: family,
  joinLive: family,
  beatLive: family,
  askLive: { say: () => ({ requestId: requestId(), text: '怎么聊？' }) },
}

const others: Record<string, Row> = {
  answerConsent: own,
  readPrivacyText: own,
  readMyData: own,
  exportMyData: own,
  changeMyName: own,
  askDeletion: own,
  cancelDeletion: own,

  listMyMessages: own,
  listMySubscriptions: own,
  readMyMessages: own,
  reportMySubscriptions: own,
  listSentMessages: staff(KNOW_FAMILIES),
  explainMessages: staff(KNOW_FAMILIES),
  readTextSetting: staff(['city_admin'], { at: 'city' }),
  saveTextSetting: staff(['city_admin'], {
    at: 'city',
    say: () => ({
      ...{ isOn: false, letters: 'sign', signName: '', template: '' },
      ...{ priceFen: 5, dailyFen: 0, monthlyFen: 0 },
    }),
  }),
  readMyTexting: own,
  chooseMyTexting: { own: true, say: () => ({ isWanted: true }) },
  readDashboard: staff(FIGURES),
  listMyTodos: own,
  readMyDay: own,
  listDuties: staff(LOOK),
  listHelpLines: own,
  readCityHelpLines: staff(['city_admin'], { at: 'city' }),
  saveCityHelpLines: staff(['city_admin'], {
    at: 'city',
    say: said({ set: null, own: [], isChecked: true }),
  }),

  askApproval: staff(KNOW_FAMILIES),
  decideApproval: staff(RESPONSIBLE),
  exportAudit: staff([...ADMINS, 'auditor']),
  listApprovals: staff(RESPONSIBLE),
  // Whose data it was is what an auditor has to know.
  listAudit: staff([...ADMINS, 'auditor'], { alsoNamed: ['auditor'] }),
  listMyApprovals: own,
  listViewsOfMyChild: family,
  readAuditChain: staff([...ADMINS, 'auditor']),
  setSecondApprover: staff(RESPONSIBLE),
  setStandingApproval: staff(RESPONSIBLE),
  showIdNumber: staff(KNOW_FAMILIES),
  showNumber: staff(KNOW_FAMILIES),
}

const NODE = { year: 2026, code: 'national-day' }
const NODE_DAYS = { from: '2026-10-01', to: '2026-10-07', draftDaysBefore: 10, remindDaysBefore: 3 }

const calendar: Record<string, Row> = {
  readCalendar: staff(FIGURES),
  // A school may for itself, too; no district and nobody further down.
  changeNode: staff(['city_admin'], { at: 'city', say: said({ ...NODE, ...NODE_DAYS, isOff: false }) }),
  addNode: staff(['city_admin'], {
    at: 'city',
    say: () => ({
      ...{ year: 2026, requestId: requestId(), title: '防汛', about: '', templates: ['notice'] },
      ...NODE_DAYS,
      inCharge: 'school_admin',
    }),
  }),
  resetNode: staff(['city_admin'], { at: 'city', say: said(NODE) }),
  dismissNode: staff(WITH_GRADE, { say: said({ ...NODE, reason: '学校统一发过了' }) }),
  resumeNode: staff(WITH_GRADE, { say: said(NODE) }),
  readNodeProgress: staff(FIGURES, { say: said(NODE) }),
  exportNodeProgress: staff(FIGURES, { say: said(NODE) }),
  remindSchools: staff(['city_admin', 'district_admin'], { at: 'district', say: said(NODE) }),
  listMyNodes: own,
}

/** One row for every endpoint of the contract; an endpoint without a row fails the matrix. */
export const ROWS: Readonly<Record<string, Row>> = {
  ...accounts,
  ...org,
  ...letters,
  ...letterWriting,
  ...threads,
  ...calendar,
  ...meetings,
  ...courses,
  ...drafts,
  ...files,
  ...surveys,
  ...parentSchools,
  ...live,
  ...others,
}
