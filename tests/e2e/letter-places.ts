import { forwardLetter, setLetterSettings, submitLetter } from '#contract/letter-life'
import {
  createLetter,
  openMyLetter,
  queueLetter,
  reviseLetter,
  updateLetter,
  withdrawLetter,
} from '#contract/letters'
import { writeToMyThread } from '#contract/threads'
import { buildStaff } from '../support/build.ts'
import { type buildClass, DRAFT, newRequest, sendLetter, tick } from '../support/letters.ts'
import { DOUBTFUL } from '../support/safety.ts'
import type { World } from '../support/world.ts'

const { kind: _, ...WRITTEN } = DRAFT
const PREFACE = '各位家长：区里的信请您认真看一看，有问题随时找班主任。'

/** A letter of every fate: put right, taken back, passed on from the district, planned, and waiting for a yes. */
export async function lettersOfEveryFate(
  world: World,
  it: Awaited<ReturnType<typeof buildClass>>,
  { principal, title }: { principal: string; title: string },
) {
  const office = await world.as(it.office, 'staff')
  const mother = await world.as(it.mother, 'guardian')
  const studentId = String(it.zhang._id)
  const unitId = String(it.school._id)
  const audience = [String(it.klass._id)]
  const read = async (body: string) => {
    const letter = await sendLetter(world, it.office, it.school, { title, body, audience: [it.klass] })
    await tick(world)
    await mother(openMyLetter, { studentId, letterId: letter.id })
    return letter.id
  }

  const first = await read('集合时间：8点。\n\n请带水杯。\n\n请自备雨伞。')
  const { id: correctedId } = await office(reviseLetter, { letterId: first, requestId: newRequest() })
  const change = { body: '集合时间：9点。\n\n请带水杯。\n\n请穿校服。', correction: '集合时间改为9点' }
  await office(updateLetter, { letterId: correctedId, ...WRITTEN, title, ...change, audience })
  await office(queueLetter, { letterId: correctedId, sendAt: null })

  const withdrawnId = await read('活动照常。')
  await office(withdrawLetter, { letterId: withdrawnId, reason: '发错了范围，稍后重发' })

  const staffLetterId = await writeToStaff(world, it)
  const passing = { letterId: staffLetterId, unitId, requestId: newRequest(), preface: PREFACE }
  const { id: forwardId } = await office(forwardLetter, passing)
  await office(queueLetter, { letterId: forwardId, sendAt: null })

  const write = () =>
    office(createLetter, { ...DRAFT, title, unitId, requestId: newRequest(), audience: [unitId] })
  const sendAt = new Date(world.now().getTime() + 3 * 86_400_000).toISOString()
  await office(queueLetter, { letterId: (await write()).id, sendAt })

  const head = await world.as(principal, 'staff')
  await head(setLetterSettings, { unitId, asksApproval: ['letter'] })
  const teacher = await world.as(it.teacher, 'staff')
  const [classId = ''] = audience
  const asked = await teacher(createLetter, {
    ...{ ...DRAFT, title, audience, unitId: classId, requestId: newRequest() },
  })
  await teacher(submitLetter, { letterId: asked.id, thenSend: { at: null } })
  await mother(writeToMyThread, {
    ...{ studentId, letterId: correctedId, requestId: newRequest(), text: DOUBTFUL },
  }).catch(() => null)
  await tick(world)
  return { correctedId, withdrawnId, staffLetterId, forwardId, submittedId: asked.id }
}

/** From the district to principals, offices and 班主任, with a day to confirm by. */
async function writeToStaff(world: World, it: Awaited<ReturnType<typeof buildClass>>) {
  const admin = await buildStaff(it.district, 'district_admin', { name: '陈立' })
  const district = await world.as(admin, 'staff')
  const unitId = String(it.district._id)
  const draft = await district(createLetter, {
    ...DRAFT,
    ...{ title: '关于做好冬季防一氧化碳中毒和交通安全家校共育工作的告知书', dueOn: '2027-06-30' },
    body: '## 请各校\n\n1. 讲一讲冬季安全。\n2. 把这封信转给家长。\n\n- **有问题打电话。**\n\n区教育局',
    ...{ unitId, requestId: newRequest(), audience: [] },
    staff: { posts: ['principal', 'school_admin', 'class_teacher'], unitIds: [unitId] },
  })
  await district(queueLetter, { letterId: draft.id, sendAt: null })
  await tick(world)
  return draft.id
}
