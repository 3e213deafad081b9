import { Types } from 'mongoose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import { readAnswers } from '#contract/letter-answers'
import { attachFile, readAttachment, readMyAttachment } from '#contract/letter-writing'
import * as letters from '#contract/letters'
import { printPaperNotices } from '#contract/paper-notices'
import { barGuardian } from '#contract/families'
import { exportUnreached } from '#contract/unreached'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { buildBranch, newId } from '../support/build.ts'
import { makePdf, makePhoto } from '../support/films.ts'
import { buildClass, DRAFT, INK, newRequest, tick } from '../support/letters.ts'
import { upload } from '../support/uploading.ts'
import { useWorld } from '../support/world.ts'

// Everything of a letter that leaves by a link, without a sign-in: whose it was when it was made is asked again when it is opened.
const world = useWorld()
let photo: Buffer
beforeAll(async () => {
  photo = await makePhoto()
})

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [{ code: 'note', label: '病历', type: 'picture', required: true, most: 2 }],
}

/** Every link that stands somewhere in an answer. */
function linksIn(answer: unknown): string[] {
  if (typeof answer === 'string') return /[?&]sig=/.test(answer) ? [answer.replace(/^\/api/, '')] : []
  return typeof answer === 'object' && answer !== null ? Object.values(answer).flatMap(linksIn) : []
}

/** A letter with a file, a form with a photo and a signature, and all links that a mother and a 班主任 can have to it. */
async function scene() {
  const here = await buildClass(world)
  const sender = await world.as(here.office, 'staff')
  const her = await world.as(here.mother, 'guardian')
  const staff = await world.as(here.teacher, 'staff')
  const [unitId, classId] = [String(here.school._id), String(here.klass._id)]
  const draft = { ...DRAFT, confirmation: 'sign' as const, form: FORM, unitId, audience: [unitId] }
  const { id: letterId } = await sender(letters.createLetter, { ...draft, requestId: newRequest() })
  const file = { kind: 'pdf' as const, name: '须知.pdf', bytes: makePdf(), isForLetter: true }
  const asset = await upload(world, sender, unitId, file)
  const { attachments = [] } = await sender(attachFile, { letterId, assetId: asset.id })
  const attachmentId = attachments[0]?.id ?? ''
  await sender(letters.queueLetter, { letterId, sendAt: null })
  const said = { studentId: String(here.zhang._id), letterId }
  const answer = await fetch(
    `${world.origin()}/api/me/children/${said.studentId}/letters/${letterId}/pictures?request=${newRequest()}`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.tokenOf(here.mother, 'guardian')}` },
      body: new Uint8Array(photo),
    },
  )
  const { id } = (await answer.json()) as { id: string }
  await her(letters.answerMyLetter, { ...said, answers: [{ code: 'note', value: { pictures: [id] } }] })
  await her(letters.signMyLetter, { ...said, ...INK })
  await tick(world)

  const hers = linksIn([
    await her(letters.openMyLetter, said),
    await her(letters.readMySignedCopy, said),
    await her(readMyAttachment, { ...said, attachmentId }),
  ])
  const theirs = linksIn([
    await staff(readAnswers, { letterId, classId }),
    await staff(letters.readSignedCopy, { ...said, classId }),
    await staff(letters.exportLetterSheet, { letterId, unitId: classId }),
    await staff(exportUnreached, { letterId, unitId: classId }),
    await staff(printPaperNotices, { letterId, unitId: classId }),
    await staff(readAttachment, { letterId, attachmentId, unitId: classId }),
  ])
  return { ...here, sender, hers, theirs, letterId, said }
}

const rooms = (links: string[]) => [...new Set(links.map((it) => it.split('/')[1]))].sort()

/** What an opened link answers: its status, and the sentence where it is refused. */
async function opened(link: string) {
  const response = await fetch(`${world.origin()}/api${link}`)
  if (response.ok) return [response.status, (await response.arrayBuffer()).byteLength > 0] as const
  const { error } = (await response.json()) as { error: { message: string } }
  return [response.status, error.message] as const
}

describe('a link to something of a letter', () => {
  it('opens for ten minutes, and every character of it counts', async () => {
    const { hers, theirs, father, li } = await scene()
    expect(rooms(hers)).toEqual(['letter-files', 'letter-pictures', 'signed-copies'])
    expect(rooms(theirs)).toEqual([
      ...['letter-exports', 'letter-files', 'letter-pictures', 'paper-notices'],
      ...['signed-copies', 'unreached-exports'],
    ])
    const forged = (link: string) => [
      link.replace(/for=[0-9a-f]{24}/, `for=${father}`),
      link.replace(/until=\d+/, 'until=9999999999'),
      link.replace(/[0-9a-f]{24}/, newId()),
      link.replace(/\?/, `?as=staff&`),
      link.replace(/\?/, `?student=${String(li._id)}&`),
      link.replace(/(class|unit)=[0-9a-f]{24}/, `$1=${newId()}`),
      link.replace(/&sig=.*/, ''),
      link.replace(/sig=.{4}/, 'sig=AAAA'),
      `${link}&sig=${'A'.repeat(43)}`,
      `${link}&as=staff`,
    ]
    for (const link of [...hers, ...theirs]) {
      expect([link, ...(await opened(link))]).toEqual([link, 200, true])
      for (const other of forged(link).filter((it) => it !== link)) {
        const answer = await opened(other)
        expect([other, ...answer]).toEqual([other, 403, '这个链接不对，请回到原来的页面重新打开'])
      }
    }
    world.pass(10 * 60_000 + 1_000)
    for (const link of [...hers, ...theirs]) {
      expect([link, ...(await opened(link))]).toEqual([link, 403, '链接已经过期，请回到原来的页面重新打开'])
    }
  })

  it('opens no more for a guardian who has been barred since it was made', async () => {
    const { hers, sender, zhang, mother } = await scene()
    const bond = await GuardianshipModel.findOne({ personId: new Types.ObjectId(mother) }).lean()
    const who = { studentId: String(zhang._id), guardianshipId: String(bond?._id) }
    expect(await sender(barGuardian, { ...who, document: '民事裁定书' })).toEqual({ status: 'active' })
    for (const link of hers) expect([link, (await opened(link))[0]]).toEqual([link, 404])
  })

  it('opens no more for who has taken back the consent to the privacy text, and again when it is given', async () => {
    const { hers, mother } = await scene()
    const say = (isGiven: boolean) =>
      PersonModel.updateOne({ _id: mother }, { consent: { version: 2, isGiven, at: world.now() } })
    await say(false)
    for (const link of hers) {
      const [status, sentence] = await opened(link)
      expect([link, status]).toEqual([link, 403])
      expect(sentence).toContain('您撤回了对隐私保护说明的同意')
    }
    await say(true)
    for (const link of hers) expect([link, (await opened(link))[0]]).toEqual([link, 200])
  })

  it.each(['has no post any more', 'is 班主任 of another class now', 'is at another school now'])(
    'opens no more for a teacher who %s',
    async (what) => {
      const { theirs, teacher, school, district } = await scene()
      const next = what.includes('class')
        ? await buildBranch({ school, district })
        : await buildBranch({ district })
      const post = { post: 'class_teacher', unitId: next.klass._id, path: next.klass.path }
      const posts = what.includes('no post') ? [] : [{ ...post, from: new Date(0), to: null }]
      await PersonModel.updateOne({ _id: teacher }, { $set: { posts } })
      for (const link of theirs) {
        const [status, sentence] = await opened(link)
        expect([link, status]).toEqual([link, 404])
        expect(sentence).toMatch(/[\u4e00-\u9fff]/)
      }
    },
  )
})
