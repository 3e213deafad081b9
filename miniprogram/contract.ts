// The only door from the mini-program to the server's contract. The build bundles what is named here, and
// zod/mini, into one file; every other file of the mini-program is compiled on its own.
import type * as z from 'zod/mini'
import type { Endpoint } from '../server/contract/endpoint.ts'

export { client } from '../server/contract/call.ts'
export type { Request, Transport } from '../server/contract/call.ts'
export type { Endpoint } from '../server/contract/endpoint.ts'

export {
  bindPhone,
  listMySessions,
  me as meShape,
  readMe,
  revokeMySession,
  signInWithWechat,
  signOut,
  switchRole,
} from '../server/contract/accounts.ts'
export type { Me, MyChild, MyPost, Role } from '../server/contract/accounts.ts'

export { listGroups } from '../server/contract/groups.ts'
export type { ChildGroup } from '../server/contract/groups.ts'

export { listViewsOfMyChild } from '../server/contract/audit.ts'
export type { ViewOfMyChild } from '../server/contract/audit.ts'

export {
  answerThread,
  askOverdueThread,
  countMyThreads,
  countThreads,
  finishThread,
  followThread,
  forwardThread,
  listDesks,
  listMyPhrases,
  listMyThreads,
  listOverdueThreads,
  listThreads,
  markThreadRead,
  MOST_FILES,
  openMyThread,
  readMyThread,
  readThread,
  saveMyPhrases,
  withdrawLine,
  withdrawMyLine,
  takeOverThread,
  URGENT_STEPS,
  writeToMyThread,
} from '../server/contract/threads.ts'
export type {
  Desk,
  DeskThread,
  DeskThreadLine,
  MyThread,
  MyThreadLine,
  OverdueThread,
  SeenBy,
  ThreadBox,
  ThreadLine,
} from '../server/contract/threads.ts'

export { listMyCertificates, readMyCertificate } from '../server/contract/certificates.ts'
export type { MyCertificate } from '../server/contract/certificates.ts'

export { checkIn, readMyEvidence } from '../server/contract/evidence.ts'
export type { MyEvidence } from '../server/contract/evidence.ts'

export {
  answerQuiz,
  answerStop,
  beatLesson,
  beginRenewal,
  learnAgain,
  listLearnersOfClass,
  listMyProgrammes,
  listProgrammes,
  readLesson,
  readMyExam,
  readMyProgramme,
  startExam,
  submitExam,
} from '../server/contract/courses.ts'
export type {
  Block,
  ExamPaper,
  ExamResult,
  ExamStanding,
  LearnerFamily,
  Lesson,
  LessonRow,
  ModuleRow,
  MyProgramme,
  Programme,
  ProgrammeCard,
  Question,
  Reviewed,
} from '../server/contract/courses.ts'

export { MEDIUM_WORDS } from '../server/contract/lesson-parts.ts'
export type { LessonMedium, MyReflection, Picture, Stop } from '../server/contract/lesson-parts.ts'
export { listSharedReflections, removeMyReflection, saveReflection } from '../server/contract/reflections.ts'
export type { SharedReflection } from '../server/contract/reflections.ts'

export {
  acceptInvitation,
  askToJoinAgain,
  COMMON_RELATIONS,
  dismissReport,
  handOverPrimary,
  inviteGuardian,
  leaveFamily,
  listFamilyMatters,
  listMyFamilies,
  readInvitation,
  removeGuardian,
  reportGuardian,
  setMyFamilyMarks,
  setMyRelation,
  withdrawInvitation,
} from '../server/contract/families.ts'
export type { FamilyMatter, MyFamily, MyGuardian } from '../server/contract/families.ts'

export { listMyTodos, readMyDay } from '../server/contract/home.ts'
export type { ChildProgress, MyDay, Todo } from '../server/contract/home.ts'

export { listHelpLines } from '../server/contract/hotlines.ts'
export type { HelpLine } from '../server/contract/hotlines.ts'

export {
  bookSlot,
  cancelCall,
  cancelMyCall,
  closeSlot,
  listFreeSlots,
  listMyCalls,
  listMySlots,
  openSlots,
  readCallNumber,
} from '../server/contract/meetings.ts'
export type { CallWay, FreeSlot, MyCall, TeacherSlot } from '../server/contract/meetings.ts'

export { askInWords, askOf } from '../server/contract/letter-ask.ts'
export {
  askedOf,
  halfWidth,
  problemsIn,
  problemWith,
  uploadsOf,
  valuesOf,
} from '../server/contract/letter-form.ts'
export type { AnswerItem, AnswerValue, FormField, LetterForm } from '../server/contract/letter-form.ts'

export {
  answerMyLetter,
  confirmMyLetter,
  createLetter,
  listLetters,
  listLetterTemplates,
  listMyLetters,
  queueLetter,
  removeLetter,
  reviseLetter,
  unqueueLetter,
  updateLetter,
  objectToMyLetter,
  openMyLetter,
  readLetter,
  readLetterFigures,
  readMySignedCopy,
  readSheet,
  remindUnread,
  sendNotice,
  signMyLetter,
  withdrawLetter,
} from '../server/contract/letters.ts'
export { listMyWithdrawnLetters, submitLetter } from '../server/contract/letter-life.ts'
export type { WithdrawnLetter } from '../server/contract/letter-life.ts'
export { dismissNode, listMyNodes, resumeNode } from '../server/contract/calendar.ts'
export type { NextNode } from '../server/contract/calendar.ts'
export { readMyAttachment, readStaffAttachment } from '../server/contract/letter-writing.ts'
export {
  confirmMyStaffLetter,
  listMyStaffLetters,
  openMyStaffLetter,
} from '../server/contract/staff-letters.ts'
export type { StaffLetter, StaffLetterLine, StaffReceipt } from '../server/contract/staff-letters.ts'
export { answerMyStaffLetter } from '../server/contract/staff-answers.ts'
export type {
  Attachment,
  Confirmation,
  Letter,
  LetterLine,
  AuthorBlank,
  LetterTemplate,
  MyLetter,
  MyLetterLine,
  SheetRow,
  Tally,
} from '../server/contract/letters.ts'

export { BLANKS, blankProblem, blocksOf, fillBlanks, unfinished } from '../server/contract/letter-text.ts'
export type { Block as TextBlock } from '../server/contract/letter-text.ts'

export {
  listMyMessages,
  listMySubscriptions,
  readMyMessages,
  reportMySubscriptions,
} from '../server/contract/notify.ts'
export type { MessageKind, MyMessage, MySubscription } from '../server/contract/notify.ts'

export {
  answerMatch,
  askToJoin,
  decideJoin,
  listJoins,
  listMyJoins,
  listMyMatches,
  listStudents,
  readClassByCode,
  readClassCode,
  withdrawMyJoin,
} from '../server/contract/org.ts'
export type { Join, Match, MyJoin, Student } from '../server/contract/org.ts'

export { endPostById, listMyDeputies, nameDeputy, POST_WORDS, postInWords } from '../server/contract/posts.ts'

export {
  answerConsent,
  askDeletion,
  cancelDeletion,
  changeMyName,
  exportMyData,
  readMyData,
  readPrivacyText,
} from '../server/contract/privacy.ts'
export type { MyData, PrivacyText } from '../server/contract/privacy.ts'
export {
  askLive,
  beatLive,
  joinLive,
  listMyLive,
  readMyLive,
  registerLive,
  unregisterLive,
} from '../server/contract/live.ts'
export type { LiveRoom, MyLive } from '../server/contract/live.ts'

export { checkInActivity, rateLecturer, readMyParentSchool } from '../server/contract/parent-school.ts'
export type { Lecturer as SchoolLecturer, MyActivity } from '../server/contract/parent-school.ts'

export { answerMySurvey, listMySurveys, openMySurvey } from '../server/contract/surveys.ts'
export type { MySurvey, SurveyItem, SurveyQuestion } from '../server/contract/surveys.ts'

export { answerScan, openScan } from '../server/contract/sign-in.ts'

/** What an endpoint answers: `Reply<typeof listMySessions>`. */
export type Reply<E extends Endpoint> = z.output<E['reply']>

export { showNumber } from '../server/contract/audit.ts'
export { planReminders, readReminderPlan } from '../server/contract/reminding.ts'
export { chooseMyTexting, readMyTexting } from '../server/contract/texting.ts'
export { listUnreached } from '../server/contract/unreached.ts'
export type { UnreachedCause, UnreachedFamily } from '../server/contract/unreached.ts'
