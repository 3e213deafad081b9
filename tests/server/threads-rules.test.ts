import { describe, expect, it } from 'vitest'
import { readDangerWords, readHolidays } from '../../content/schema.ts'
import { dayOf } from '../../server/modules/hotlines/hours/rules.ts'
import { keeperWords, signedBy } from '../../server/modules/letters/threads/desks/rules.ts'
import {
  isServiceTime,
  serviceWords,
  USUAL,
  waitedSince,
  whenServed,
} from '../../server/modules/letters/threads/hours/rules.ts'
import {
  markOf,
  nextWord,
  previewOf,
  readMark,
  repliesOf,
  speaksOfDanger,
  standing,
} from '../../server/modules/letters/threads/rules.ts'

const at = (text: string) => new Date(`${text}:00+08:00`)
const holidays = readHolidays()
const isWorkday = (day: string) => dayOf(day, holidays).isWorkday

describe('the hours of service', () => {
  it('are those of working days, holidays and the days worked for them counted in', () => {
    expect(isServiceTime(USUAL, at('2026-11-24T08:00'), isWorkday)).toBe(true)
    expect(isServiceTime(USUAL, at('2026-11-24T17:30'), isWorkday)).toBe(false)
    expect(isServiceTime(USUAL, at('2026-11-22T10:00'), isWorkday)).toBe(false)
    expect(isServiceTime(USUAL, at('2026-10-01T10:00'), isWorkday)).toBe(false)
    // A Saturday that is worked for the Spring Festival.
    expect(isServiceTime(USUAL, at('2026-02-28T10:00'), isWorkday)).toBe(true)
  })

  it.each([
    ['in them', '2026-11-24T10:00', '2026-11-24T10:00'],
    ['before them', '2026-11-24T06:30', '2026-11-24T08:00'],
    ['after them', '2026-11-24T20:00', '2026-11-25T08:00'],
    ['on a Friday evening', '2026-11-27T18:00', '2026-11-30T08:00'],
  ])('say when teachers are there, %s', (_, now, then) => {
    expect(whenServed(USUAL, at(now), isWorkday)).toEqual(at(then))
  })

  it.each([
    ['two days ago at this hour', '2026-11-26T10:00', '2026-11-24T10:00'],
    ['over a weekend', '2026-11-24T10:00', '2026-11-20T10:00'],
    ['on a Saturday nobody is late of Thursday', '2026-11-28T10:00', '2026-11-26T00:00'],
  ])('count what waited longer than two working days, %s', (_, now, then) => {
    expect(waitedSince(at(now), 2, isWorkday)).toEqual(at(then))
  })

  it('are said as people say them', () => {
    expect(serviceWords(USUAL)).toBe('老师一般在工作日8:00–17:30回复，急事请打求助热线')
  })
})

it('sends replies to who knows the child, unless the author says otherwise', () => {
  expect(repliesOf({ kind: 'letter' }, 'district')).toBe('classTeacher')
  expect(repliesOf({ kind: 'letter' }, 'school')).toBe('classTeacher')
  expect(repliesOf({ kind: 'notice' }, 'school')).toBe('author')
  expect(repliesOf({ kind: 'letter' }, 'class')).toBe('author')
  expect(repliesOf({ kind: 'letter', replies: 'none' }, 'school')).toBe('none')
})

describe('danger', () => {
  const danger = readDangerWords()

  it.each([
    // As parents write of their children.
    '孩子说不想活了',
    '他昨晚说 “不 想 活”',
    '她手上有伤，我怀疑自残',
    '孩子不见了，怎么办',
    '在学校被 欺 凌 了',
    '他说活着真没意思，什么都不想干',
    '孩子写了张纸条，说没有我你们会更好，没有我更好',
    '昨晚坐在窗台上不下来，说要跳下去',
    '她胳膊上好几道，说是自己划胳膊',
    '儿子拿小刀割手，问他他不说',
    '孩子说撑不下去了，不想上学',
    '发现她偷偷攒药，一大包',
    '我怕他想不开，一晚上没敢睡',
    '收了手机就用头撞墙',
    '孩子放学到现在，一个人离家出走了',
    '孩子还没回家，电话也不接',
    '孩子昨天一夜没回家',
    '他在学校被同学打了，身上青一块紫一块',
    '孩子被几个高年级的堵在厕所，还拍视频',
    '最近总被欺负，不敢去学校',
    '他爸喝了酒用皮带抽孩子',
    '孩子说老师扇耳光',
    '他说要拿刀捅同桌',
    '我发现网上有人让她发裸照',
    '女儿说体育老师摸胸',
    // As children write themselves.
    '活着好累',
    '我就是多余的，不该出生',
    '我要是死了就好了',
    '人间不值得，想重开',
    '我想紫砂',
    '我想亖',
    'ZiSha',
    '让我去死好了',
    '没人在乎我，我想消失',
    '累得不想再醒过来',
    '爸爸又打我，我要离家出走',
    '被全班孤立，天天被欺负',
    '我会死给你们看，死给他们看',
    '我想死，你了解吗',
  ])('is heard in “%s”', (text) => {
    expect(speaksOfDanger(text, danger)).toBe(true)
  })

  it.each([
    '作业太多，孩子累死了',
    '过去死记硬背的办法不行了',
    '明天请假一天',
    '找不到孩子的校服了',
    '活动安排得很好',
    '笑死我了，这张照片',
    '烦死了，又要签字',
    '气死我了，忘了带伞',
    '热死了，教室能开空调吗',
    '急死我了，校门口堵车',
    '宝贝想死你了，老师辛苦',
    '奶奶说想死我了',
    '老师，孩子不想死记硬背',
    '这个游戏没意思，他早就不玩了',
    '周末没意思，想找同学玩',
    '他整天划手机，怎么办',
    '今晚上吊水，明天请假',
    '国家暴雨预警，明天还上课吗',
    '强暴雨，晚到半小时',
    '想离家近一点的学校',
    '我想退出，离开这个家长群',
    '孩子跑了三圈，很开心',
    '老师一晚没回消息，打扰了',
    '早上叫不醒，迟到了十分钟',
    '孩子还不会自己脱裤子，请老师帮帮他',
    '孩子说想跳舞，也想跳绳',
    '被打断了思路，他不太高兴',
    '打预防针，被打了针就哭',
    '被老师打动了，谢谢老师',
    '昨天被打扰得没睡好',
    '作文被打了低分，有点难过',
    '打死我也不去补课，哈哈',
    '孩子独自伤心了一会儿，现在好了',
    '超市跳楼价，班费省了不少',
    '手工课要带剪刀吗',
    '手工课拿剪刀剪到手，已经包好了',
    '手机死机了，没看到通知',
    '这道题死活做不出来',
    '他想报名跳远',
    '要是考不好，我就完蛋了',
    '请问不来的要交假条吗',
  ])('is not heard in “%s”', (text) => {
    expect(speaksOfDanger(text, danger)).toBe(false)
  })

  it.each(danger.words)('knows “%s” only once and by itself', (word) => {
    expect(danger.words.filter((it) => word.includes(it))).toEqual([word])
    expect(speaksOfDanger(`孩子说${word}`, danger)).toBe(true)
  })

  it.each(danger.harmless)('needs to be told that “%s” is harmless', (phrase) => {
    expect(danger.words.some((it) => phrase.includes(it))).toBe(true)
    expect(speaksOfDanger(phrase, danger)).toBe(false)
  })
})

describe('a thread', () => {
  const family = (text: string) => ({ side: 'family' as const, at: at(text) })
  const post = (text: string) => ({ side: 'post' as const, at: at(text) })

  it('waits since the first line that nobody has answered', () => {
    const lines = [family('2026-11-23T09:00'), post('2026-11-23T10:00'), family('2026-11-23T11:00')]
    expect(standing(lines, false)).toEqual({ state: 'waiting', waitingSince: at('2026-11-23T11:00') })
    expect(standing([...lines, family('2026-11-23T12:00')], false).waitingSince).toEqual(
      at('2026-11-23T11:00'),
    )
    expect(standing(lines.slice(0, 2), false)).toEqual({ state: 'answered', waitingSince: null })
    expect(standing(lines.slice(0, 2), true)).toEqual({ state: 'done', waitingSince: null })
    expect(standing([], false)).toEqual({ state: 'answered', waitingSince: null })
  })

  it('is told of once in ten minutes, and of what comes meanwhile when they are over', () => {
    const now = at('2026-11-23T10:00')
    expect(nextWord(null, now)).toEqual(now)
    expect(nextWord(at('2026-11-23T09:40'), now)).toEqual(now)
    expect(nextWord(at('2026-11-23T09:57'), now)).toEqual(at('2026-11-23T10:07'))
    expect(nextWord(at('2026-11-23T10:07'), now)).toBeNull()
  })

  it('says who has it: the deputy while there is one, nobody by name where there are many', () => {
    const one = { name: '李文', isDeputy: false }
    expect(keeperWords('class_teacher', [one])).toBe('班主任 李文老师')
    expect(keeperWords('class_teacher', [one, { name: '王芳', isDeputy: true }])).toBe(
      '班主任（代） 王芳老师',
    )
    expect(keeperWords('counsellor', [one, { name: '赵静', isDeputy: false }])).toBe('心理教师')
    expect(keeperWords('class_teacher', [])).toBe('班主任（暂时没有人）')
    expect(signedBy('principal', '王校长')).toBe('校长 王校长')
  })

  it('is previewed by its first words', () => {
    expect(previewOf('第一行\n第二行', [])).toBe('第一行 第二行')
    expect(previewOf('', [{ kind: 'image' }])).toBe('〔图片〕')
    expect(previewOf('字'.repeat(50), [])).toBe(`${'字'.repeat(40)}…`)
  })

  it('marks where a page ends, and takes no other mark', () => {
    const id = 'a'.repeat(24)
    expect(readMark(markOf(at('2026-11-23T10:00'), id, true))).toEqual({
      at: at('2026-11-23T10:00'),
      id,
      isUrgent: true,
    })
    expect(readMark('x~y~1')).toBeNull()
  })
})
