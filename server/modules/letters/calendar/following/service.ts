import { DEPTH, idAt, within } from '../../../org/tree/rules.ts'
import { LetterModel } from '../../model.ts'
import type { Day, Item } from '../marks/service.ts'
import { templateOf } from '../service.ts'
import { type Moved, tellOfMoves } from '../telling/service.ts'
import { FOLLOWED, type Followed, isLongOver, isUntouched, type Step, stepOf } from './rules.ts'

/** Letters that are written or put away follow the nodes of their schools: all schools of the walk in one read. */
export async function follow(items: readonly Item[], day: Day) {
  const paths = items.map((it) => it.school.path).sort()
  const [first, last] = [paths[0] ?? '', paths.at(-1) ?? '']
  await followIn({ $gte: first, $lt: within(last).$lt }, items, day)
}

/** The same for what a city or its districts write themselves. */
export const followAbove = (items: readonly Item[], day: Day) =>
  followIn({ $in: [...new Set(items.map((it) => it.school.path))] }, items, day)

async function followIn(path: object, items: readonly Item[], day: Day) {
  if (items.length === 0) return
  const nodes = new Map(items.map((it) => [`${it.key} ${String(it.school._id)}`, it]))
  const keysOf = (some: readonly Item[]) => [...new Set(some.map((it) => it.key))]
  // What was put away comes back only where its node is on and not over.
  const live = items.filter(({ node }) => !node.isOff && !isLongOver(node, day.today))
  const letters = await LetterModel.find({
    $or: [
      { 'node.key': { $in: keysOf(items) }, path, status: { $in: ['draft', 'scheduled'] } },
      { 'node.key': { $in: keysOf(live) }, path, status: 'expired' },
    ],
  })
    .select(FOLLOWED.join(' '))
    .lean<Followed[]>()
  const steps = letters.flatMap((letter) => {
    const school = idAt(letter.path, DEPTH.school) ?? String(letter.unitId)
    const item = nodes.get(`${letter.node?.key ?? ''} ${school}`)
    const template = templateOf(letter.node?.template ?? '')
    const step = item && stepOf(letter, item.node, { ...day, template })
    return item && step ? [{ letter, item, step }] : []
  })
  await tellOfMoves(steps.flatMap(movedIn), day)
  await write(steps)
}

const movedIn = ({ letter, item, step }: { letter: Followed; item: Item; step: Step }): Moved[] =>
  step.move ? [{ letter, item, move: step.move }] : []

/** What was read must still hold: a draft somebody takes up this moment is theirs. */
async function write(steps: { letter: Followed; step: Step }[]) {
  if (steps.length === 0) return
  await LetterModel.bulkWrite(
    steps.map(({ letter, step }) => ({
      updateOne: {
        filter: { _id: letter._id, status: letter.status, authorId: letter.authorId },
        update: step.update,
        // Of a letter in somebody's hands nothing is changed that they would have to read anew.
        timestamps: isUntouched(letter),
      },
    })),
    { ordered: false },
  )
}
