import { beforeEach, expect, it } from 'vitest'
import type { LetterForm } from '#contract/letter-form'
import { confirmMyLetter } from '#contract/letters'
import { printPaperNotices } from '#contract/paper-notices'
import { AuditModel } from '../../server/modules/audit/model.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { openIdsOf } from '../../server/modules/accounts/service.ts'
import { linesOf } from '../../server/modules/letters/paper/notices/rules.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildStudent } from '../support/build.ts'
import { buildClass, sendLetter } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
beforeEach(() => world.goTo('2026-11-23T10:00:00+08:00'))

const FORM: LetterForm = {
  answeredBy: 'any',
  fields: [
    { code: 'join', label: '孩子参加吗', type: 'choice', required: true, options: ['参加', '不参加'] },
    { code: 'phone', label: '当天的手机', type: 'phone', required: true },
    { code: 'note', label: '病历', type: 'picture', required: false },
  ],
}

/** How many pages a PDF has: its text is packed and cannot be read here. */
async function pagesOf(link: string) {
  const response = await world.send(null, 'GET', `/api${link}`)
  expect(response.headers.get('content-type')).toBe('application/pdf')
  const bytes = Buffer.from(await response.arrayBuffer()).toString('latin1')
  return [...bytes.matchAll(/\/Type \/Page\n/g)].length
}

async function scene() {
  const built = await buildClass(world)
  const openId = (await openIdsOf([built.mother])).get(built.mother) ?? ''
  const report = { from: 'page', id: 'tap', at: world.now() } as const
  await noteConsent(openId, DEMO_TEMPLATE_IDS.letterReminder ?? '', report)
  await buildStudent(built.klass, { name: '王五', number: '20260003' })
  const letter = await sendLetter(world, built.office, built.school, {
    title: '春游告知书',
    dueOn: '2026-11-27',
    form: FORM,
  })
  const call = await world.as(built.teacher, 'staff')
  const print = (over: { unitId?: string; studentId?: string } = {}) =>
    call(printPaperNotices, { letterId: letter.id, unitId: String(built.klass._id), ...over })
  return { ...built, letter, print }
}

it('prints a page for each family nothing reaches, with a slip and a code that names nobody', async () => {
  const { print, klass, letter, li } = await scene()
  const { link, name, families } = await print()
  expect(name).toMatch(/_春游告知书_纸质通知_2026-11-23\.pdf$/)
  expect(families).toBe(2)
  expect(await pagesOf(link)).toBe(2)

  const scenes = world
    .simulator()
    .control.calls('/wxa/getwxacodeunlimit')
    .map(({ body }) => (body as { scene: string }).scene)
  expect(scenes).toEqual([`${klass.joinCode}${letter.id}`])
  expect(scenes[0]).not.toContain(String(li._id))
  expect(await AuditModel.countDocuments({ detail: '纸质通知《春游告知书》2份' })).toBe(1)
})

it('prints for one family that asks, and for nobody who has answered', async () => {
  const { print, mother, zhang, klass, letter, school, office } = await scene()
  const studentId = String(zhang._id)
  expect((await print({ studentId })).families).toBe(1)
  const of = await world.as(mother, 'guardian')
  const plain = await sendLetter(world, office, school)
  await of(confirmMyLetter, { studentId, letterId: plain.id })
  const call = await world.as(office, 'staff')
  const said = { letterId: plain.id, unitId: String(klass._id), studentId }
  await expect(call(printPaperNotices, said)).rejects.toMatchObject({ status: 409 })
  // A school's list of names wants the yes of who answers for it, as any export.
  const all = { letterId: letter.id, unitId: String(school._id) }
  await expect(call(printPaperNotices, all)).rejects.toMatchObject({ status: 403 })
})

it('goes on without a picture where WeChat gives none', async () => {
  const { print } = await scene()
  world.simulator().control.world.limits.qrCodesPerMinute = 0
  expect(await pagesOf((await print()).link)).toBe(2)
})

it('asks on paper what the letter asks, but for pictures', () => {
  expect(linesOf(FORM)).toEqual(['孩子参加吗：□参加　□不参加', expect.stringMatching(/^当天的手机：＿+$/)])
  expect(linesOf(null)).toEqual([])
})
