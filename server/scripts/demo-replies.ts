import type { GuardianActor, StaffActor } from '../http/actor.ts'
import type { Deps } from '../infra/deps.ts'
import { deskThread, familyThread } from '../modules/letters/threads/policy.ts'
import { writeAsFamily, writeAsPost } from '../modules/letters/threads/writing/service.ts'
import { ownChildren } from '../modules/org/policy.ts'

const HOUR_MS = 3_600_000

/** What families asked below the letter, how many hours ago, and what was answered. */
const TALKS = [
  {
    asked: '老师您好，孩子这周流鼻血，体育课可以先在旁边休息吗？',
    ago: 30,
    answer: '可以，我跟体育老师说好了。有变化请随时告诉我。',
  },
  { asked: '开学要交的作业单丢了，能再发一份吗？', ago: 5 },
  { asked: '孩子说晚上睡不着，第二天没精神，想听听您的建议。', ago: 2 },
]

/** Some families have written to the 班主任 below a letter; one has its answer, the others wait for the player. */
export async function tellReplies(
  families: readonly GuardianActor[],
  letterId: string,
  teacher: StaffActor,
  deps: Pick<Deps, 'clock' | 'fields'>,
) {
  const now = deps.clock.now()
  for (const [at, { asked, ago, answer }] of TALKS.entries()) {
    const actor = families[at]
    const [child] = actor ? await ownChildren(actor) : []
    if (!child) return
    const askedAt = new Date(now.getTime() - ago * HOUR_MS)
    const said = { requestId: `demo-asked-${at}`, text: asked, fileIds: [] }
    const { thread } = await writeAsFamily(await familyThread(child, letterId), said, 'pass', askedAt, deps)
    if (!answer) continue
    const answered = { requestId: `demo-answered-${at}`, text: answer, fileIds: [] }
    const answeredAt = new Date(askedAt.getTime() + HOUR_MS)
    await writeAsPost(await deskThread(teacher, String(thread._id), now), answered, answeredAt, deps)
  }
}
