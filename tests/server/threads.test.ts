import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { listMyTodos } from '#contract/home'
import { listMyMessages } from '#contract/notify'
import * as api from '#contract/threads'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { LineModel, ThreadModel } from '../../server/modules/letters/threads/model.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { buildStaff } from '../support/build.ts'
import { newRequest, sendLetter } from '../support/letters.ts'
import { DOUBTFUL, HARMFUL } from '../support/safety.ts'
import { buildThread, sendFile } from '../support/threads.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()
// A Monday, ten in the morning.
beforeEach(() => world.goTo('2026-11-23T02:00:00Z'))

const refused = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { status: number; json: { error: { message: string } } }) => ({
      status: error.status,
      message: error.json.error.message,
    }),
  )

describe('a family and a 班主任', () => {
  it('write to each other below a letter, each line with who says it', async () => {
    const { write, open, answer, him, inbox, call, threadIdFor } = await buildThread(world)
    await write('春游可以带弟弟吗？')
    await write('还有，几点回来？', him)

    const [waiting] = await inbox()
    expect(waiting).toMatchObject({
      childName: '张三',
      state: 'waiting',
      lastBy: '张三爸爸',
      preview: '还有，几点回来？',
      isUnread: true,
    })
    await answer('可以，四点回来。')

    const seen = await open()
    expect(seen.lines.map(({ side, by, text, isMine }) => [side, by, text, isMine])).toEqual([
      ['family', '张三妈妈', '春游可以带弟弟吗？', true],
      ['family', '张三爸爸', '还有，几点回来？', false],
      ['post', '班主任 李老师', '可以，四点回来。', false],
    ])
    expect(seen).toMatchObject({ keeper: '班主任 李老师', state: 'answered', closedBecause: null })
    expect(await inbox()).toEqual([])
    const thread = await call(api.readThread, { threadId: await threadIdFor() })
    expect(thread.lines.map((it) => it.isMine)).toEqual([false, false, true])
  })

  it('keep nothing of it readable in the database, nor any number that was not typed', async () => {
    const { write, answer, open } = await buildThread(world)
    await write('孩子对花生过敏')
    await answer('记下了')

    const stored =
      JSON.stringify(await LineModel.find().lean()) + JSON.stringify(await OutboxModel.find().lean())
    expect(stored).not.toContain('花生')
    expect(JSON.stringify(await open())).not.toMatch(/1[3-9]\d{9}/)
  })

  it('write a line once, however often it is sent and by how many at once', async () => {
    const { her, at, open, call, threadIdFor } = await buildThread(world)
    const said = { ...at, requestId: newRequest(), text: '收到' }
    const [first, again] = await Promise.all([her(api.writeToMyThread, said), her(api.writeToMyThread, said)])
    await her(api.writeToMyThread, said)
    expect(again.line.id).toBe(first.line.id)

    const threadId = await threadIdFor()
    const back = { threadId, requestId: newRequest(), text: '好的' }
    await Promise.all([call(api.answerThread, back), call(api.answerThread, back)])
    expect((await open()).lines.map((it) => it.text)).toEqual(['收到', '好的'])
    await expect(
      LineModel.create({ ...(await LineModel.findOne().lean()), _id: undefined }),
    ).rejects.toMatchObject({ code: 11000 })
  })

  it('number their lines one after the other when both parents write at once', async () => {
    const { write, him, open } = await buildThread(world)
    await Promise.all([write('一'), write('二', him), write('三'), write('四', him)])

    const { lines } = await open()
    expect(lines.map((it) => it.seq)).toEqual([1, 2, 3, 4])
    expect(lines.map((it) => it.text).sort()).toEqual(['一', '三', '二', '四'].sort())
    expect(await ThreadModel.countDocuments()).toBe(1)
  })

  it('see what the other side has read, and count what is unread', async () => {
    const { write, open, answer, her, him, at, call, threadIdFor } = await buildThread(world)
    await write('在吗')
    const threadId = await threadIdFor()
    expect((await open()).lines[0]?.isRead).toBe(false)
    await call(api.markThreadRead, { threadId, upTo: 1 })
    expect((await open()).lines[0]?.isRead).toBe(true)

    await answer('在')
    expect(await her(api.countMyThreads, {})).toMatchObject({ unread: 1 })
    const todo = (await her(listMyTodos, {})).todos.find((it) => it.kind === 'reply')
    expect(todo).toMatchObject({
      title: '看老师的回复：开学前，给家长的一封信',
      page: `/packages/letter/thread/thread?id=${at.letterId}&child=${at.studentId}`,
    })
    expect((await call(api.readThread, { threadId })).lines[1]?.isRead).toBe(false)
    await her(api.readMyThread, { ...at, upTo: 99 })
    expect(await her(api.countMyThreads, {})).toMatchObject({ unread: 0 })
    expect((await her(listMyTodos, {})).todos.map((it) => it.kind)).not.toContain('reply')
    expect(await him(api.countMyThreads, {})).toMatchObject({ unread: 1 })
    expect((await call(api.readThread, { threadId })).lines[1]?.isRead).toBe(true)
  })

  it('hear of it by one message in ten minutes', async () => {
    const { write, answer, her, mother, teacher } = await buildThread(world)
    const kinds = async (personId: string) =>
      (await OutboxModel.find({ personId, kind: { $in: ['reply', 'replyStaff'] } }).lean()).map(
        (it) => it.status,
      )
    await write('一')
    await write('二')
    await write('三')
    // The first at once, the others together when ten minutes are over.
    expect(await kinds(teacher)).toHaveLength(2)
    await answer('好')
    expect(await kinds(mother)).toHaveLength(1)
    const [message] = (await her(listMyMessages, {})).messages
    expect(message).toMatchObject({ kind: 'reply', title: '老师回复您了' })
    expect(message?.text).toContain('班主任 李老师')
    expect(message?.text).not.toContain('好，')
  })

  it('does not ring a teacher up in the evening, and tells the family when teachers answer', async () => {
    world.goTo('2026-11-27T12:00:00Z')
    const { write, open, teacher } = await buildThread(world)
    await write('周末作业是什么')

    const seen = await open()
    expect(seen.service).toEqual({
      words: '老师一般在工作日8:00–17:30回复，急事请打求助热线',
      isOpen: false,
    })
    expect(seen.helpLines.map((it) => it.number)).toContain('12355')
    const told = await OutboxModel.findOne({ personId: teacher, kind: 'replyStaff' }).lean()
    expect(told?.dueAt).toEqual(new Date('2026-11-30T00:00:00Z'))
  })

  it('page back through a long talk', async () => {
    const { write, her, at, open } = await buildThread(world)
    for (let n = 1; n <= 18; n++) await write(`第${n}条`)
    await world.emptyRedis()
    for (let n = 19; n <= 35; n++) await write(`第${n}条`)
    const last = await open()
    expect(last.lines.map((it) => it.seq)).toEqual(Array.from({ length: 30 }, (_, n) => n + 6))
    const before = await her(api.openMyThread, { ...at, before: last.before ?? 0 })
    expect(before.lines.map((it) => it.text)).toEqual(['第1条', '第2条', '第3条', '第4条', '第5条'])
    expect(before.before).toBeNull()
  })
})

describe('who writes', () => {
  it('is asked for words, and for fewer of them, in plain Chinese', async () => {
    const { write, mother, at } = await buildThread(world)
    const token = await world.tokenOf(mother, 'guardian')
    const say = async (said: object) => {
      const path = `/api/me/children/${at.studentId}/letters/${at.letterId}/thread`
      const answer = await world.send(token, 'POST', path, { requestId: newRequest(), text: '看', ...said })
      const { error } = (await answer.json()) as { error: { message: string } }
      return { status: answer.status, message: error.message }
    }
    expect(await refused(write('   '))).toEqual({ status: 400, message: '请写下要说的话' })
    expect(await say({ text: '字'.repeat(1001) })).toEqual({ status: 400, message: '一次最多写1000个字' })
    const seven = Array.from({ length: 7 }, () => at.letterId)
    expect(await say({ fileIds: seven })).toEqual({ status: 400, message: '一次最多带6个文件' })
    expect(await say({ fileIds: [at.letterId] })).toEqual({
      status: 400,
      message: '有一个文件没有传好，请删掉它再选一次',
    })
    expect(await LineModel.countDocuments()).toBe(0)
  })

  it('is stopped after twenty lines in ten minutes', async () => {
    const { write } = await buildThread(world)
    for (let n = 0; n < 20; n++) await write(`第${n}条`)
    expect(await refused(write('又一条'))).toMatchObject({ status: 429 })
  })

  it('takes a line back within two minutes, and no later', async () => {
    const { write, her, at, open, inbox, him } = await buildThread(world)
    const first = (await write('写错了')).line
    expect(first.withdrawableUntil).not.toBeNull()
    expect(
      await refused(him(api.withdrawMyLine, { studentId: at.studentId, lineId: first.id })),
    ).toMatchObject({ status: 404 })
    await her(api.withdrawMyLine, { studentId: at.studentId, lineId: first.id })
    expect((await open()).lines).toMatchObject([{ isWithdrawn: true, text: '' }])
    expect(await inbox()).toEqual([])
    expect(await LineModel.findById(first.id).lean()).toMatchObject({ sealedText: '' })

    const second = (await write('这条算数')).line
    world.pass(121_000)
    expect(
      await refused(her(api.withdrawMyLine, { studentId: at.studentId, lineId: second.id })),
    ).toMatchObject({ status: 409, message: '写出去超过两分钟，不能收回了；可以再写一条说明' })
  })

  it('is refused harmful words, and told that doubtful ones are looked at', async () => {
    const { write, open, inbox } = await buildThread(world)
    expect(await refused(write(HARMFUL))).toMatchObject({ status: 400 })
    const held = (await write(DOUBTFUL)).line
    expect(held.isInReview).toBe(true)
    expect(await inbox()).toEqual([])
    expect((await open()).lines).toHaveLength(1)
  })
})

describe('the author of a letter', () => {
  it('may take no replies, or take them at the office', async () => {
    const { office, school, klass, her, at, letter, write } = await buildThread(world)
    const asOffice = await world.as(office, 'staff')
    await asOffice(api.setLetterReplies, { letterId: letter.id, to: 'none' })
    expect(await refused(write('在吗'))).toMatchObject({
      status: 409,
      message: '这封信不接收回复，有事请联系班主任',
    })
    const other = await sendLetter(world, office, school, { audience: [klass] })
    await asOffice(api.setLetterReplies, { letterId: other.id, to: 'author' })
    await her(api.writeToMyThread, {
      studentId: at.studentId,
      letterId: other.id,
      requestId: newRequest(),
      text: '给学校',
    })
    const { threads } = await asOffice(api.listThreads, { box: 'waiting' })
    expect(threads).toMatchObject([{ post: 'school_admin', preview: '给学校' }])
  })
})

describe('a picture', () => {
  it('goes along with a line, drawn anew, and opens for both sides only', async () => {
    const { her, him, mother, at, call, threadIdFor, klass } = await buildThread(world)
    const token = await world.tokenOf(mother, 'guardian')
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#aac' } })
      .jpeg()
      .withExif({ IFD0: { ImageDescription: '家住东湖路' } })
      .toBuffer()
    const requestId = newRequest()
    const sent = await sendFile(world, token, bytes, { requestId })
    expect((await sendFile(world, token, bytes, { requestId })).json.id).toBe(sent.json.id)
    // Nobody else can send along what she has uploaded.
    const taken = him(api.writeToMyThread, {
      ...at,
      requestId: newRequest(),
      text: '',
      fileIds: [sent.json.id],
    })
    expect(await refused(taken)).toMatchObject({ status: 400 })
    const said = { ...at, requestId: newRequest(), text: '', fileIds: [sent.json.id] }
    await her(api.writeToMyThread, said)
    await her(api.writeToMyThread, said)

    const thread = await call(api.readThread, { threadId: await threadIdFor() })
    const [file] = thread.lines[0]?.files ?? []
    const shown = await fetch(world.origin() + (file?.link ?? ''))
    expect(shown.headers.get('content-type')).toBe('image/jpeg')
    expect(Buffer.from(await shown.arrayBuffer()).toString('latin1')).not.toContain('东湖')
    // A link of one side does not open the other's door, nor when a letter of it is changed.
    const twisted = (file?.link ?? '').replace('side=post', 'side=family')
    expect((await fetch(world.origin() + twisted)).status).toBe(403)
    // The post is given to somebody else: the link that was made before is worth nothing.
    await PersonModel.updateMany({ 'posts.unitId': klass._id }, { 'posts.$[].to': world.now() })
    world.pass(1000)
    expect((await fetch(world.origin() + (file?.link ?? ''))).status).toBe(404)
  })

  it('is refused when it is something else', async () => {
    const { mother } = await buildThread(world)
    const token = await world.tokenOf(mother, 'guardian')
    const page = await sendFile(world, token, Buffer.from('<svg onload="alert(1)"/>'))
    expect(page).toMatchObject({
      status: 415,
      json: { error: { message: '这不是图片，请选择 JPG、PNG 或 WebP 图片' } },
    })
    expect((await sendFile(world, token, Buffer.alloc(0))).status).toBe(415)
    expect((await sendFile(world, token, Buffer.from('GIF89a'), { kind: 'pdf' })).status).toBe(415)
    expect((await sendFile(world, token, Buffer.from('x'), { kind: 'html' })).status).toBe(400)
  })
})

it('lets a teacher keep phrases and a school its hours', async () => {
  const { call, school, klass } = await buildThread(world)
  expect((await call(api.listMyPhrases, {})).phrases.length).toBeGreaterThan(0)
  expect(await call(api.saveMyPhrases, { phrases: ['好的', '好的', '收到'] })).toEqual({
    phrases: ['好的', '收到'],
  })
  const principal = await world.as(await buildStaff(school, 'principal'), 'staff')
  const unitId = String(school._id)
  expect(await principal(api.readServiceHours, { unitId })).toEqual({
    from: '08:00',
    to: '17:30',
    isUsual: true,
  })
  await principal(api.saveServiceHours, { unitId, from: '07:30', to: '18:00' })
  expect(await call(api.readServiceHours, { unitId: String(klass._id) })).toMatchObject({ isUsual: true })
  expect(
    await refused(principal(api.saveServiceHours, { unitId, from: '18:00', to: '08:00' })),
  ).toMatchObject({ status: 400 })
})
