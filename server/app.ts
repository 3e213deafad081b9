import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa, { type Middleware } from 'koa'
import Router from '@koa/router'
import compress from 'koa-compress'
import helmet from 'helmet'
import { answerErrors } from './http/errors.ts'
import { jsonBodies } from './http/limits.ts'
import { matchQuickly } from './http/routing.ts'
import { healthRoutes } from './http/health.ts'
import { demoDoor } from './http/demo.ts'
import { docsRoutes } from './http/docs.ts'
import { siteRoutes } from './http/site.ts'
import type { Deps } from './infra/deps.ts'
import { assetPages, fileRoutes } from './modules/files/routes.ts'
import { letterApprovalRoutes } from './modules/letters/approvals/routes.ts'
import { savedAudienceRoutes } from './modules/letters/addressing/saved/routes.ts'
import { forwardRoutes } from './modules/letters/forwards/routes.ts'
import { answerRoutes } from './modules/letters/answers/routes.ts'
import { attachmentRoutes } from './modules/letters/attachments/routes.ts'
import { letterFileRoutes } from './modules/letters/exports/routes.ts'
import { linkRoutes } from './modules/letters/links/routes.ts'
import { myLetterRoutes } from './modules/letters/mine/routes.ts'
import { previewRoutes } from './modules/letters/previews/routes.ts'
import { objectionRoutes } from './modules/letters/objections/routes.ts'
import { letterPictureRoutes } from './modules/letters/pictures/routes.ts'
import { ladderRoutes } from './modules/letters/ladder/routes.ts'
import { paperRoutes } from './modules/letters/paper/notices/routes.ts'
import { unreachedRoutes } from './modules/letters/unreached/routes.ts'
import { copyCheckRoutes, copyPages } from './modules/letters/verifying/routes.ts'
import { letterRoutes } from './modules/letters/routes.ts'
import { pastLetterRoutes } from './modules/letters/past/routes.ts'
import { threadFileRoutes } from './modules/letters/threads/files/routes.ts'
import { serviceHourRoutes } from './modules/letters/threads/hours/routes.ts'
import { myThreadRoutes } from './modules/letters/threads/mine/routes.ts'
import { overdueRoutes } from './modules/letters/threads/overdue/routes.ts'
import { phraseRoutes } from './modules/letters/threads/phrases/routes.ts'
import { threadRoutes } from './modules/letters/threads/routes.ts'
import { sheetRoutes } from './modules/letters/sheets/routes.ts'
import { staffFileRoutes } from './modules/letters/staff/files/routes.ts'
import { staffOfficeRoutes } from './modules/letters/staff/office/routes.ts'
import { staffLetterRoutes } from './modules/letters/staff/routes.ts'
import { meetingRoutes } from './modules/meetings/routes.ts'
import { approvalRoutes } from './modules/audit/approvals/routes.ts'
import { auditRoutes } from './modules/audit/log/routes.ts'
import { numberRoutes } from './modules/audit/numbers/routes.ts'
import { accountRoutes } from './modules/accounts/routes.ts'
import { demoRoutes } from './modules/accounts/demo/routes.ts'
import { badgePages } from './modules/certificates/badges/routes.ts'
import { printingRoutes } from './modules/certificates/printing/routes.ts'
import { lookRoutes } from './modules/certificates/looks/routes.ts'
import { certificateRoutes } from './modules/certificates/routes.ts'
import { verifyPages } from './modules/certificates/verify/routes.ts'
import { draftApprovalRoutes } from './modules/courses/drafts/approval/routes.ts'
import { courseSettingRoutes } from './modules/courses/settings/routes.ts'
import { trainingRoutes } from './modules/courses/training/routes.ts'
import { lessonDraftRoutes } from './modules/courses/drafts/lessons/routes.ts'
import { questionDraftRoutes } from './modules/courses/drafts/questions/routes.ts'
import { draftRoutes } from './modules/courses/drafts/routes.ts'
import { evidenceRoutes } from './modules/courses/evidence/routes.ts'
import { examRoutes } from './modules/courses/exams/routes.ts'
import { courseRoutes, mediaPages } from './modules/courses/routes.ts'
import { reflectionRoutes } from './modules/courses/reflections/routes.ts'
import { courseStaffRoutes } from './modules/courses/staff/routes.ts'
import { livePages, myLiveRoutes } from './modules/courses/live/mine/routes.ts'
import { liveRoutes } from './modules/courses/live/routes.ts'
import { parentSchoolFigureRoutes } from './modules/courses/schools/figures/routes.ts'
import { myParentSchoolRoutes } from './modules/courses/schools/mine/routes.ts'
import { parentSchoolRoutes } from './modules/courses/schools/routes.ts'
import * as accounts from './modules/accounts/service.ts'
import { postRoutes } from './modules/accounts/posts/routes.ts'
import { resetRoutes } from './modules/accounts/resets/routes.ts'
import { scanRoutes } from './modules/accounts/scan/routes.ts'
import { signInRoutes } from './modules/accounts/sign-in/routes.ts'
import { totpRoutes } from './modules/accounts/totp/routes.ts'
import { pushRoutes } from './modules/notify/push/routes.ts'
import { textReportRoutes } from './modules/notify/texting/reports/routes.ts'
import { textSettingRoutes } from './modules/notify/texting/settings/routes.ts'
import { dashboardRoutes } from './modules/figures/dashboard/routes.ts'
import { dutyRoutes } from './modules/figures/duties/routes.ts'
import { progressRoutes } from './modules/letters/calendar/progress/routes.ts'
import { letterNodeRoutes } from './modules/letters/calendar/settling/routes.ts'
import { calendarRoutes } from './modules/letters/calendar/routes.ts'
import { homeRoutes } from './modules/figures/home/routes.ts'
import { privacyRoutes } from './modules/privacy/routes.ts'
import { hotlineRoutes } from './modules/hotlines/routes.ts'
import { notifyRoutes } from './modules/notify/routes.ts'
import { familyKeepingRoutes } from './modules/org/families/keeping/routes.ts'
import { myFamilyRoutes } from './modules/org/families/mine/routes.ts'
import { familyRoutes } from './modules/org/families/routes.ts'
import { searchRoutes } from './modules/org/families/search/routes.ts'
import { groupFillRoutes } from './modules/org/groups/filling/routes.ts'
import { groupRoutes } from './modules/org/groups/routes.ts'
import { joinRoutes } from './modules/org/joins/routes.ts'
import { rosterRoutes } from './modules/org/roster/routes.ts'
import { promotionRoutes } from './modules/org/promotion/routes.ts'
import { assignmentRoutes } from './modules/org/transfers/assignments/routes.ts'
import { transferRoutes } from './modules/org/transfers/routes.ts'
import { termRoutes } from './modules/org/terms/routes.ts'
import { mySurveyRoutes } from './modules/surveys/mine/routes.ts'
import { contentPictureRoutes } from './modules/safety/pictures/routes.ts'
import { safetyRoutes } from './modules/safety/routes.ts'
import { surveyRoutes } from './modules/surveys/routes.ts'
import { unitRoutes } from './modules/org/tree/keeping/routes.ts'
import { treeRoutes } from './modules/org/tree/routes.ts'

/** The rooms in the order of the contract's catalogue. Each mounts its endpoints under `/api`. */
const ROOMS = [
  accountRoutes,
  signInRoutes,
  totpRoutes,
  scanRoutes,
  resetRoutes,
  postRoutes,
  treeRoutes,
  unitRoutes,
  termRoutes,
  promotionRoutes,
  transferRoutes,
  assignmentRoutes,
  familyRoutes,
  myFamilyRoutes,
  familyKeepingRoutes,
  searchRoutes,
  rosterRoutes,
  joinRoutes,
  groupRoutes,
  groupFillRoutes,
  letterRoutes,
  ladderRoutes,
  letterApprovalRoutes,
  forwardRoutes,
  unreachedRoutes,
  paperRoutes,
  sheetRoutes,
  staffLetterRoutes,
  staffFileRoutes,
  staffOfficeRoutes,
  savedAudienceRoutes,
  pastLetterRoutes,
  myLetterRoutes,
  answerRoutes,
  objectionRoutes,
  letterPictureRoutes,
  copyCheckRoutes,
  letterFileRoutes,
  attachmentRoutes,
  linkRoutes,
  previewRoutes,
  threadRoutes,
  myThreadRoutes,
  threadFileRoutes,
  phraseRoutes,
  serviceHourRoutes,
  overdueRoutes,
  calendarRoutes,
  letterNodeRoutes,
  progressRoutes,
  meetingRoutes,
  homeRoutes,
  dutyRoutes,
  dashboardRoutes,
  hotlineRoutes,
  privacyRoutes,
  notifyRoutes,
  pushRoutes,
  textSettingRoutes,
  textReportRoutes,
  courseRoutes,
  examRoutes,
  evidenceRoutes,
  courseStaffRoutes,
  reflectionRoutes,
  safetyRoutes,
  contentPictureRoutes,
  draftRoutes,
  draftApprovalRoutes,
  courseSettingRoutes,
  trainingRoutes,
  lessonDraftRoutes,
  questionDraftRoutes,
  certificateRoutes,
  fileRoutes,
  lookRoutes,
  surveyRoutes,
  parentSchoolRoutes,
  parentSchoolFigureRoutes,
  myParentSchoolRoutes,
  liveRoutes,
  myLiveRoutes,
  mySurveyRoutes,
  printingRoutes,
  approvalRoutes,
  numberRoutes,
  auditRoutes,
]

/** The whole web application on engines that are already open. Nothing happens at import. */
export function createApp(deps: Deps) {
  // One proxy stands before us; what a caller writes into the header before it is not believed.
  const app = new Koa({ proxy: deps.env.NODE_ENV === 'production', maxIpsCount: 1 })
  const site = new Router()
  healthRoutes(site, deps)
  docsRoutes(site, deps)
  siteRoutes(site, deps)
  mediaPages(site, deps)
  livePages(site, deps)
  assetPages(site, deps)
  verifyPages(site, deps)
  copyPages(site)
  badgePages(site, deps)

  const api = new Router({ prefix: '/api' })
  for (const room of ROOMS) room(api, deps)
  if (deps.env.DEMO) {
    demoRoutes(api, deps)
    demoDoor(site, deps)
  }
  matchQuickly(api)

  app.use(answerErrors(deps.log))
  app.use(security())
  app.use(compress({ threshold: 2048 }))
  app.use(jsonBodies())
  app.use(async (ctx, next) => {
    const [, token] = /^Bearer ([\w.-]+)$/.exec(ctx.get('authorization')) ?? []
    ctx.state.actor = token ? await accounts.actorFor(token, deps.clock.now()) : null
    await next()
  })
  app.use(site.routes())
  app.use(api.routes())
  // Koa would print them beside our own log.
  app.on('error', (error: Error) => deps.log.warn({ err: error }, 'connection'))
  return app
}

/** Every answer bears the same headers: written once, not by fourteen functions for each request. */
function security(): Middleware {
  const headers: Record<string, string> = {}
  const answer = {
    setHeader: (name: string, value: string) => void (headers[name] = value),
    removeHeader: () => undefined,
  }
  HELMET({} as IncomingMessage, answer as unknown as ServerResponse, () => undefined)
  return async (ctx, next) => {
    ctx.set(headers)
    await next()
  }
}

const HELMET = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      // The preview compiles templates to functions, as WeChat's own renderer does.
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      mediaSrc: ["'self'", 'blob:'],
      // The preview shows a document that the page has fetched.
      frameSrc: ["'self'", 'blob:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      upgradeInsecureRequests: null,
    },
  },
  // Set by the proxy that speaks https.
  strictTransportSecurity: false,
})
