import type { StaffMember } from '#contract/org'
import type { listMyDeputies, PostLine } from '#contract/posts'
import type * as z from 'zod/mini'
import type { StaffActor } from '../../../http/actor.ts'
import { isWithin } from '../../org/tree/rules.ts'
import * as tree from '../../org/tree/service.ts'
import type { PersonRecord, PostRecord } from '../model.ts'
import { namesOf } from '../service.ts'
import { abilitiesOver } from './policy.ts'
import { stateOf } from './rules.ts'

type Shown = 'current' | 'past'

type Leaves = z.input<(typeof listMyDeputies)['reply']>

interface Row {
  person: PersonRecord
  post: PostRecord
}

/** A row for every post of these people within a path, those in force and to come or those that are over. */
export async function presentStaff(
  actor: StaffActor,
  people: PersonRecord[],
  { path, show, now }: { path: string; show: Shown; now: Date },
): Promise<StaffMember[]> {
  const rows: Row[] = people.flatMap((person) =>
    person.posts
      .filter((it) => isWithin(it.path, path) && (stateOf(it, now) === 'past') === (show === 'past'))
      .map((post) => ({ person, post })),
  )
  const known = await wordsFor(rows.map((it) => it.post))
  return rows.map(({ person, post }) => ({
    ...presentPost(post, known, now),
    personId: String(person._id),
    name: person.name,
    unitId: String(post.unitId),
    abilities: abilitiesOver(actor, person, post, now),
  }))
}

/** Everything a person has held within a path, the latest first. */
export async function presentHistory(person: PersonRecord, path: string, now: Date): Promise<PostLine[]> {
  const posts = person.posts.filter((it) => isWithin(it.path, path))
  const known = await wordsFor(posts)
  return posts
    .toSorted((a, b) => b.from.getTime() - a.from.getTime())
    .map((it) => ({
      ...presentPost(it, known, now),
      givenBy: known.people.get(String(it.givenBy)) ?? null,
      endedBy: known.people.get(String(it.endedBy)) ?? null,
    }))
}

type Known = Awaited<ReturnType<typeof wordsFor>>

async function wordsFor(posts: PostRecord[]) {
  const ids = posts.flatMap((it) => [it.deputyForId, it.givenBy, it.endedBy]).filter((it) => it != null)
  const [units, people] = await Promise.all([
    tree.fullNamesOf(posts.map((it) => String(it.unitId))),
    namesOf([...new Set(ids.map(String))]),
  ])
  return { units, people }
}

const presentPost = (it: PostRecord, { units, people }: Known, now: Date) => ({
  postId: String(it._id),
  post: it.post,
  unitName: units.get(String(it.unitId)) ?? '',
  isDeputy: Boolean(it.deputyForId),
  deputyFor: people.get(String(it.deputyForId)) ?? null,
  from: it.from.toISOString(),
  to: it.to?.toISOString() ?? null,
  state: stateOf(it, now),
})

/** One's own posts with who stands in for each, and the posts one holds for others. */
export async function presentLeaves(
  actor: StaffActor,
  person: PersonRecord,
  deputies: PersonRecord[],
  now: Date,
): Promise<Leaves> {
  const live = person.posts.filter((it) => stateOf(it, now) !== 'past')
  const { units, people } = await wordsFor(live)
  const stands = deputies.flatMap((deputy) => deputy.posts.map((post) => ({ deputy, post })))
  const inWords = ({ post, unitId }: PostRecord) => ({ post, unitName: units.get(String(unitId)) ?? '' })
  const days = (it: PostRecord) => ({
    from: it.from.toISOString(),
    to: it.to?.toISOString() ?? null,
    state: stateOf(it, now),
  })
  return {
    posts: live
      .filter((it) => !it.deputyForId)
      .map((it) => {
        const found = stands.find(
          ({ post }) =>
            post.deputyForId?.equals(person._id) &&
            post.unitId.equals(it.unitId) &&
            post.post === it.post &&
            stateOf(post, now) !== 'past',
        )
        return {
          ...inWords(it),
          unitId: String(it.unitId),
          personId: String(person._id),
          postId: String(it._id),
          deputy: found
            ? {
                personId: String(found.deputy._id),
                postId: String(found.post._id),
                name: found.deputy.name,
                ...days(found.post),
              }
            : null,
          abilities: { nameDeputy: !found && abilitiesOver(actor, person, it, now).nameDeputy },
        }
      }),
    held: live
      .filter((it) => it.deputyForId)
      .map((it) => ({
        ...inWords(it),
        postId: String(it._id),
        holder: people.get(String(it.deputyForId)) ?? '',
        ...days(it),
      })),
  }
}
