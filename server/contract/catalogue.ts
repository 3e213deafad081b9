import type { Endpoint } from './endpoint.ts'
import * as accounts from './accounts.ts'
import * as audit from './audit.ts'
import * as calendar from './calendar.ts'
import * as certificates from './certificates.ts'
import * as evidence from './evidence.ts'
import * as courses from './courses.ts'
import * as drafts from './drafts.ts'
import * as families from './families.ts'
import * as files from './files.ts'
import * as groupFills from './group-fills.ts'
import * as groups from './groups.ts'
import * as letterAnswers from './letter-answers.ts'
import * as letterLife from './letter-life.ts'
import * as objections from './letter-receipts.ts'
import * as letterNodes from './letter-nodes.ts'
import * as letters from './letters.ts'
import * as letterWriting from './letter-writing.ts'
import * as figures from './figures.ts'
import * as home from './home.ts'
import * as hotlines from './hotlines.ts'
import * as live from './live.ts'
import * as meetings from './meetings.ts'
import * as notify from './notify.ts'
import * as org from './org.ts'
import * as parentSchools from './parent-school.ts'
import * as posts from './posts.ts'
import * as promotion from './promotion.ts'
import * as privacy from './privacy.ts'
import * as reminding from './reminding.ts'
import * as roster from './roster.ts'
import * as safety from './safety.ts'
import * as savedAudiences from './saved-audiences.ts'
import * as staffAnswers from './staff-answers.ts'
import * as staffLetters from './staff-letters.ts'
import * as signIn from './sign-in.ts'
import * as surveys from './surveys.ts'
import * as reflections from './reflections.ts'
import * as threads from './threads.ts'
import * as texting from './texting.ts'
import * as training from './training.ts'
import * as transfers from './transfers.ts'
import * as tree from './tree.ts'
import * as paperNotices from './paper-notices.ts'
import * as unreached from './unreached.ts'

/** Every room of the contract: what is listed here is served, documented and tested for access. */
export const ROOMS: Record<string, object> = {
  accounts,
  signIn,
  org,
  families,
  tree,
  promotion,
  transfers,
  posts,
  letters,
  groups,
  groupFills,
  savedAudiences,
  letterAnswers,
  staffLetters,
  staffAnswers,
  letterLife,
  letterNodes,
  letterWriting,
  objections,
  threads,
  calendar,
  reminding,
  paperNotices,
  unreached,
  roster,
  meetings,
  courses,
  drafts,
  training,
  certificates,
  evidence,
  files,
  reflections,
  safety,
  notify,
  texting,
  figures,
  home,
  hotlines,
  audit,
  privacy,
  surveys,
  parentSchools,
  live,
}

export interface Named {
  room: string
  name: string
  endpoint: Endpoint
}

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'access' in value && 'reply' in value && 'path' in value

/** Every endpoint of the contract with its name. */
export const ENDPOINTS: readonly Named[] = Object.entries(ROOMS).flatMap(([room, exports]) =>
  Object.entries(exports).flatMap(([name, value]) =>
    isEndpoint(value) ? [{ room, name, endpoint: value }] : [],
  ),
)
