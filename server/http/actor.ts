import type { PostKind } from '#contract/posts'
import type { Access, Endpoint } from '#contract/endpoint'

interface SignedIn {
  personId: string
  sessionId: string
  name: string
  loginName: string | null
  /** Signed in to the console of a unit that requires six digits, without having any. */
  mustSetUpTotp?: boolean
  /** Signed in with a first password that somebody else has seen. */
  mustChangePassword?: boolean
}

export interface ActorPost {
  post: PostKind
  unitId: string
  /** Ids from the root, `/city/district/…/`: the post reaches everything whose path begins with it. */
  path: string
  /** Held for a colleague on leave. */
  isDeputy?: boolean
  /** Since when: who comes into a post gets what was written to it and is still open. */
  from?: Date
}

export interface GuardianActor extends SignedIn {
  role: 'guardian'
  /** The last answer to the privacy text; none before the first. */
  consent?: { version: number; isGiven: boolean; at: Date } | null
}

export interface StaffActor extends SignedIn {
  role: 'staff'
  posts: ActorPost[]
}

/** Who is asking, in the role of this session: a teacher who is a parent is one or the other, never both. */
export type Actor = GuardianActor | StaffActor

/** The actor a handler receives, by what its endpoint admits. */
export type ActorFor<E extends Endpoint> = E['access'] extends 'public'
  ? Actor | null
  : E['access'] extends 'guardian'
    ? GuardianActor
    : E['access'] extends 'staff'
      ? StaffActor
      : Actor

export type { Access }
