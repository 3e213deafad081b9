import { shownNumber } from '../../../infra/id-numbers.ts'
import type { GuardianActor } from '../../../http/actor.ts'
import { instantInWords } from '../../../infra/clock.ts'
import type { Deps } from '../../../infra/deps.ts'
import * as accounts from '../../accounts/service.ts'
import { deviceName } from '../../accounts/rules.ts'
import { certificatesOf } from '../../certificates/service.ts'
import { liveOfPerson } from '../../courses/live/personal/service.ts'
import { activitiesOfPerson } from '../../courses/schools/personal/service.ts'
import { studiesOf } from '../../courses/personal/service.ts'
import { wordsOf } from '../../letters/threads/personal/service.ts'
import { receiptsOf } from '../../letters/personal/service.ts'
import { callsOf } from '../../meetings/service.ts'
import { everyMessageOf, everyTextOf } from '../../notify/personal/service.ts'
import { textInWords } from '../../notify/personal/rules.ts'
import { ownBondsOf } from '../../org/families/personal/service.ts'
import * as tree from '../../org/tree/service.ts'
import { answersOf } from '../consents/service.ts'
import { KEPT, type Section } from '../rules.ts'

const words = (at: Date | null | undefined) => (at ? instantInWords(at) : '')

const marksOf = (student: { isBoarding: boolean; isLeftBehind: boolean; dailyCarer: string }) => [
  ...(student.isBoarding ? ['住校'] : []),
  ...(student.isLeftBehind ? ['留守'] : []),
  ...(student.dailyCarer ? [`日常由${student.dailyCarer}照顾`] : []),
]

const DECISIONS = { waiting: '等学校看', accepted: '学校通过了', refused: '学校没有通过' } as const

const evidenceInWords = (it: { way: string; status: keyof typeof DECISIONS; words?: string | null }) =>
  it.way === 'checkIn'
    ? '现场签到'
    : `交了一张照片，${DECISIONS[it.status]}${it.words ? `：${it.words}` : ''}`

/** Everything that is kept about a guardian, room by room, in words: what the page shows and the export carries. */
export async function everythingOf(
  { personId }: Pick<GuardianActor, 'personId'>,
  { fields }: Pick<Deps, 'fields'>,
): Promise<Section[]> {
  const [person, bonds, studies, certificates, receipts, calls, messages, answers, live, written, texts] =
    await Promise.all([
      accounts.self(personId),
      ownBondsOf(personId),
      studiesOf(personId),
      certificatesOf(personId),
      receiptsOf(personId, { fields }),
      callsOf(personId),
      everyMessageOf(personId),
      answersOf(personId),
      liveOfPerson(personId),
      wordsOf(personId, { fields }),
      everyTextOf(personId),
    ])
  const [classes, activities] = await Promise.all([
    tree.fullNamesOf(bonds.map(({ student }) => String(student.classId))),
    activitiesOfPerson(personId, bonds),
  ])
  return [
    {
      ...KEPT.account,
      lines: [
        { label: '姓名', value: person.name },
        { label: '手机号', value: person.phone ? fields.open(person.phone) : '没有绑定' },
        { label: '微信', value: person.wxOpenId ? '已绑定' : '没有绑定' },
        ...person.sessions.map((it) => ({
          label: '登录的设备',
          value: `${deviceName(it.device)}，${words(it.openedAt)}`,
        })),
      ],
    },
    {
      ...KEPT.children,
      lines: bonds.map(({ bond, student }) => ({
        label: student.name,
        // Where the child is now is no longer theirs to know.
        value: [
          ...(bond.to ? [] : [classes.get(String(student.classId)), `学号${shownNumber(student.number)}`]),
          bond.relation,
          ...(bond.to ? [] : marksOf(student)),
          ...(bond.to ? [`${words(bond.to)}起不再是这个孩子的家长`] : []),
        ].join('，'),
      })),
    },
    {
      ...KEPT.letters,
      lines: receipts.map((it) => ({
        label: it.title,
        value: [it.what, words(it.at), it.said].filter(Boolean).join('，'),
      })),
    },
    {
      ...KEPT.threads,
      lines: written.map((it) => ({
        label: `${it.title}，${words(it.at)}`,
        value: [it.text, ...it.files.map((name) => `〔${name}〕`)].filter(Boolean).join(' '),
      })),
    },
    {
      ...KEPT.studies,
      lines: [
        ...studies.watches.map((it) => ({
          label: it.title,
          value: it.completedAt ? `${words(it.completedAt)}学完` : `看了${it.watched}秒`,
        })),
        ...studies.reflections.map((it) => ({
          label: `${it.title}，我写的`,
          value: `${it.sealedText === '' ? '完成了任务' : fields.open(it.sealedText)}（${it.isShared ? '愿意公开，不写姓名' : '只有自己看得到'}）`,
        })),
        ...live.seats.map((it) => ({
          label: `云课堂：${it.title}`,
          value: it.watched > 0 ? `在课上${it.watched}秒` : '报了名',
        })),
        ...live.questions.map((it) => ({ label: `${words(it.askedAt)}的提问`, value: it.text })),
        ...studies.evidence.map((it) => ({
          label: `线下活动：${it.title}`,
          value: `${words(it.givenAt)}，${evidenceInWords(it)}`,
        })),
        ...studies.attempts.map((it) => ({
          label: '结业考试',
          value: `${words(it.startedAt)}，${it.endedAt ? `答对${it.right}题` : '没有交卷'}`,
        })),
      ],
    },
    {
      ...KEPT.activities,
      lines: [
        ...activities.checkIns.map((it) => ({ label: it.title, value: `${words(it.at)}为${it.child}签到` })),
        ...activities.ratings.map((it) => ({ label: it.title, value: `给${it.lecturer}打了${it.stars}分` })),
      ],
    },
    {
      ...KEPT.certificates,
      lines: certificates.map((it) => ({
        label: it.number,
        value: `${it.programmeTitle}，${words(it.issuedAt)}`,
      })),
    },
    {
      ...KEPT.calls,
      lines: calls.map(({ slot, booking }) => ({
        label: words(slot.startAt),
        value: `${booking.studentName}，${booking.topic}`,
      })),
    },
    {
      ...KEPT.messages,
      lines: messages.map((it) => ({ label: words(it.showAt), value: `${it.title} ${it.text}` })),
    },
    {
      ...KEPT.texts,
      lines: [
        ...texts.sent.map((it) => ({
          label: words(it.at),
          value: textInWords(it, { phoneIndex: person.phoneIndex }),
        })),
        ...(texts.optedOutAt ? [{ label: words(texts.optedOutAt), value: '我退订了短信' }] : []),
      ],
    },
    {
      ...KEPT.consents,
      lines: answers.map((it) => ({
        label: words(it.at),
        value: `第${it.version}版，${it.isGiven ? '同意' : '不同意'}`,
      })),
    },
  ]
}
