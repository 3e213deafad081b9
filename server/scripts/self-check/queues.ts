import { programmeDirs, readCalendarNodes, readHolidays } from '../../../content/schema.ts'
import {
  readHotlines,
  readLetterTemplates,
  readPrivacyTexts,
  readProgramme,
} from '../../../content/schema.ts'
import { type models, Types } from 'mongoose'
import { join } from 'node:path'
import { instantInWords, shanghaiDay } from '../../infra/clock.ts'
import { PersonModel } from '../../modules/accounts/model.ts'
import { CertificateModel } from '../../modules/certificates/model.ts'
import { LetterModel } from '../../modules/letters/model.ts'
import { isCheckDue } from '../../modules/hotlines/rules.ts'
import { OutboxModel } from '../../modules/notify/model.ts'
import { JoinModel } from '../../modules/org/joins/model.ts'
import { UnitModel } from '../../modules/org/tree/model.ts'
import type { Check, Installation } from './check.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Counting stops here: that it is many is enough to know. */
const MOST = 1_000
const FIRST = new Types.ObjectId('000000000000000000000000')
/** Members of staff looked at; a city has a few thousand. */
const STAFF = 20_000

/** How many there are, up to as many as matter. */
const countOf = async ({ collection }: Pick<(typeof models)[string], 'collection'>, filter: object) =>
  (
    await collection
      .find(filter, { projection: { _id: 1 } })
      .limit(MOST)
      .toArray()
  ).length

const ago = ({ now }: Pick<Installation, 'now'>, ms: number) => new Date(now().getTime() - ms)
const many = (count: number) => (count >= MOST ? `${MOST}以上` : String(count))

interface Held {
  posts: { from: Date; to: Date | null }[]
  sessions: { role: string; expiresAt: Date }[]
}

/** What should have happened by now. */
export const QUEUES: readonly Check[] = [
  {
    name: 'outboxLeases',
    title: '没有消息卡在发送中',
    remedy: '请看工作进程是否在运行；它起来后会自己收尾',
    async look(at) {
      const stuck = await countOf(OutboxModel, {
        status: 'sending',
        leaseUntil: { $lt: ago(at, 10 * MINUTE) },
      })
      return stuck > 0 ? `${many(stuck)}条消息十分钟前就该有结果` : null
    },
  },
  {
    name: 'outboxWaiting',
    title: '到点的消息都发了',
    remedy: '请看日志里的 WeChat not reached，检查到微信服务器的网络',
    async look(at) {
      const late = await countOf(OutboxModel, {
        status: 'pending',
        dueAt: { $lt: ago(at, 2 * HOUR) },
      })
      return late > 0 ? `${many(late)}条消息过了两小时还没有发` : null
    },
  },
  {
    name: 'lettersLate',
    title: '定时的信都按时发了',
    remedy: '请看日志里的 letter not sent；任务恢复后会补发',
    async look(at) {
      const late = await LetterModel.findOne(
        { status: 'scheduled', sendAt: { $lt: ago(at, 15 * MINUTE) } },
        { sendAt: 1 },
      )
        .sort({ sendAt: 1 })
        .lean<{ sendAt: Date }>()
      return late ? `最早的一封定在${instantInWords(late.sendAt)}` : null
    },
  },
  {
    name: 'certificateCopies',
    title: '绿证都有冻结的文件',
    remedy: '请看日志里的 certificate has no copies yet，多半是磁盘满了或缺字体',
    async look(at) {
      const bare = await countOf(CertificateModel, {
        pdf: null,
        status: 'valid',
        issuedAt: { $lt: ago(at, HOUR) },
      })
      return bare > 0 ? `${many(bare)}张发了一小时还没有文件` : null
    },
  },
  {
    name: 'joinsWaiting',
    title: '没有被遗忘的加入申请',
    remedy: '过了14天会自动作废；还在，说明任务 joins.tend 没有运行',
    async look(at) {
      // Ids grow with time: the first ones in the index of what waits are the oldest.
      const waiting = await JoinModel.find({ status: 'waiting', _id: { $gt: FIRST } }, { askedAt: 1 })
        .sort({ _id: 1 })
        .limit(MOST)
        .lean<{ askedAt: Date }[]>()
      const before = ago(at, 14 * DAY + HOUR)
      const old = waiting.filter((it) => it.askedAt < before).length
      return old > 0 ? `${many(old)}个申请等了14天以上` : null
    },
  },
  {
    name: 'closingsDue',
    title: '到期的注销都办了',
    remedy: '请看日志里的 an account could not be closed',
    async look(at) {
      const due = await countOf(PersonModel, { 'closing.dueAt': { $type: 'date', $lt: ago(at, HOUR) } })
      return due > 0 ? `${many(due)}个账号过了七天还没有注销` : null
    },
  },
  {
    name: 'endedPosts',
    title: '岗位到期的人都退出了教师端',
    remedy: '请在控制台的岗位页让他们退出登录，并看任务是否在运行',
    async look({ now }) {
      const holders = await PersonModel.find({ 'posts.path': { $gt: '' } }, { posts: 1, sessions: 1 })
        .limit(STAFF)
        .lean<Held[]>()
      const at = now()
      const inForce = (it: Held['posts'][number]) => it.from <= at && (!it.to || it.to > at)
      const left = holders.filter(
        ({ posts, sessions }) =>
          !posts.some(inForce) && sessions.some((it) => it.role === 'staff' && it.expiresAt > at),
      )
      return left.length > 0 ? `${left.length}人没有岗位了，还登录着` : null
    },
  },
  {
    name: 'helpLines',
    title: '求助热线一年内核对过（B8）',
    remedy: '请市管理员逐个拨打后，在控制台“单位”的求助热线里勾选已核对',
    isMild: true,
    async look({ now }) {
      const today = shanghaiDay(now())
      const cities = await UnitModel.find(
        { parentId: null, kind: 'city' },
        { name: 1, helpLinesCheckedOn: 1 },
      )
        .limit(MOST)
        .lean<{ name: string; helpLinesCheckedOn?: string }[]>()
      const due = cities.filter((it) => isCheckDue(it.helpLinesCheckedOn ?? null, today))
      return due.length > 0 ? `${due.map((it) => it.name).join('、')}超过一年没有核对` : null
    },
  },
  {
    name: 'content',
    title: '课程、信件模板、热线、日历读得出来',
    remedy: '请按提示改 content/ 里的文件（content/README.md）',
    look({ contentDir }) {
      programmeDirs(join(contentDir, 'courses')).forEach(readProgramme)
      readLetterTemplates(join(contentDir, 'letters'))
      readHotlines(join(contentDir, 'hotlines'))
      readHolidays(join(contentDir, 'calendar'))
      readCalendarNodes(join(contentDir, 'calendar'))
      return null
    },
  },
  {
    name: 'privacyText',
    title: '有一版生效的隐私保护说明',
    remedy: '请在 content/privacy/ 放好说明；没有它，谁也加入不了班级',
    look({ contentDir, now }) {
      const today = shanghaiDay(now())
      const texts = readPrivacyTexts(join(contentDir, 'privacy'))
      return texts.some((it) => it.effectiveOn <= today) ? null : '没有找到今天有效的版本'
    },
  },
]
