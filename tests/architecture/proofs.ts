/**
 * Compiled by `npm test` and never run: what reads or writes families takes a proof that a policy has made. A unit or a child that
 * somebody has put together by hand, with every field in place, must not be accepted; where it is, this file does not compile.
 */
import type * as audiences from '../../server/modules/org/audiences/service.ts'
import type * as court from '../../server/modules/org/families/bars/court/service.ts'
import type * as invitations from '../../server/modules/org/families/invitations/service.ts'
import type * as matters from '../../server/modules/org/families/matters/service.ts'
import type * as mine from '../../server/modules/org/families/mine/service.ts'
import type * as reports from '../../server/modules/org/families/reports/service.ts'
import type * as search from '../../server/modules/org/families/search/service.ts'
import type * as families from '../../server/modules/org/families/service.ts'
import type * as joins from '../../server/modules/org/joins/service.ts'
import type * as certificates from '../../server/modules/certificates/register/service.ts'
import type * as learners from '../../server/modules/courses/staff/service.ts'
import type * as exports from '../../server/modules/letters/exports/service.ts'
import type * as myLetters from '../../server/modules/letters/mine/service.ts'
import type * as reminders from '../../server/modules/letters/reminders/service.ts'
import type * as letters from '../../server/modules/letters/service.ts'
import type * as sheets from '../../server/modules/letters/sheets/service.ts'
import type * as signatures from '../../server/modules/letters/signatures/service.ts'
import type * as calls from '../../server/modules/meetings/service.ts'
import type * as messages from '../../server/modules/notify/service.ts'

type First<F> = F extends (first: infer A, ...rest: never[]) => unknown ? A : never

/** The same fields without the mark that only a policy can set. */
type Unmarked<T> = { [K in keyof T as K extends string ? K : never]: T[K] }

type Forged<T> = T extends readonly (infer Item)[]
  ? Unmarked<Item>[]
  : { [K in keyof T as K extends string ? K : never]: K extends 'scope' | 'child' ? Unmarked<T[K]> : T[K] }

type Takes<F> = Forged<First<F>> extends First<F> ? 'anybody' : 'a proof'

type Service<Room> = { [K in keyof Room]: Takes<Room[K]> }
type Proven<Room, Names extends keyof Room> =
  Pick<Service<Room>, Names> extends Record<Names, 'a proof'> ? true : never

/** Each line is a room and those of its functions that a route calls with what the caller has said. */
export const PROVEN: true[] = [
  true satisfies Proven<typeof families, 'studentsOf' | 'activationBy' | 'studentsCalled'>,
  true satisfies Proven<typeof search, 'findFamilies'>,
  true satisfies Proven<typeof matters, 'mattersIn'>,
  true satisfies Proven<typeof court, 'bar' | 'lift' | 'dismissBar' | 'askToBar'>,
  true satisfies Proven<typeof mine, 'familiesOf' | 'myBond' | 'handOver' | 'depart'>,
  true satisfies Proven<typeof reports, 'report' | 'openReportsIn'>,
  true satisfies Proven<typeof invitations, 'invite' | 'withdraw'>,
  true satisfies Proven<typeof joins, 'waitingIn'>,
  true satisfies Proven<typeof letters, 'createLetter' | 'updateLetter' | 'lettersOf'>,
  true satisfies Proven<typeof myLetters, 'lettersTo' | 'openLettersTo' | 'open' | 'confirm'>,
  true satisfies Proven<typeof signatures, 'sign'>,
  true satisfies Proven<typeof sheets, 'namedSheet' | 'latestLettersTo'>,
  true satisfies Proven<typeof exports, 'exportSheet'>,
  true satisfies Proven<typeof reminders, 'remind'>,
  true satisfies Proven<typeof calls, 'open' | 'slotsOf' | 'freeFor' | 'book' | 'callsWithin'>,
  true satisfies Proven<typeof learners, 'learnersOf' | 'completionOf'>,
  true satisfies Proven<typeof certificates, 'certificatesIn' | 'countStates'>,
  true satisfies Proven<typeof messages, 'sentAbout'>,
  true satisfies Proven<typeof audiences, 'audienceWithin' | 'familiesWithin'>,
]

/** And the check itself can tell: this one takes an id from anybody, and is called by services only. */
export const UNPROVEN: 'anybody' = 'anybody' satisfies Takes<typeof families.findStudent>
