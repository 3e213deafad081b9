import { beforeEach, expect, it } from 'vitest'
import { explainMessages } from '#contract/notify'
import { PersonModel } from '../../server/modules/accounts/model.ts'
import { noteConsent } from '../../server/modules/notify/consents/service.ts'
import { OutboxModel } from '../../server/modules/notify/model.ts'
import { optOut } from '../../server/modules/notify/texting/choices/service.ts'
import { GuardianshipModel } from '../../server/modules/org/families/model.ts'
import { DEMO_TEMPLATE_IDS } from '../../server/scripts/simulator/templates.ts'
import { buildGuardian, buildStaff, buildStudent } from '../support/build.ts'
import { buildClass, sendLetter, tick } from '../support/letters.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ WX_TEMPLATES: JSON.stringify(DEMO_TEMPLATE_IDS) })
beforeEach(() => world.goTo('2026-11-23T10:00:00+08:00'))

it('says what became of a guardian’s messages, and of others’ children only that there was one', async () => {
  const here = await buildClass(world)
  const there = await buildClass(world)
  // One mother, a child in each of two schools.
  await buildGuardian(world, there.li, { personId: here.mother })
  await sendLetter(world, here.office, here.school, { title: '春游告知书' })
  await sendLetter(world, there.office, there.school, { title: '别校的秘密' })
  await tick(world)
  await OutboxModel.updateMany({}, { status: 'unreachable', reason: 'noConsent' })
  await optOut(here.mother, world.now())
  const bond = await GuardianshipModel.findOne({ personId: here.mother, studentId: here.zhang._id }).lean()
  const said = { studentId: String(here.zhang._id), guardianshipId: String(bond?._id) }
  const call = await world.as(here.teacher, 'staff')

  const reply = await call(explainMessages, said)

  expect(reply.isReached).toBe(false)
  expect(reply.hints).toEqual(['微信提醒的次数用完了，请打开任意一封信，点“提醒我”', '本人退订了短信'])
  expect(reply.messages).toMatchObject([
    { label: '家长信提醒', title: null },
    { label: '家长信提醒', title: '《春游告知书》', outcome: '没有允许微信提醒，可在小程序的消息里看到' },
  ])
  expect(JSON.stringify(reply)).not.toContain('秘密')
  expect(JSON.stringify(reply)).not.toMatch(/staffMatter|joinRequest/)

  const openId = (await PersonModel.findById(here.mother).lean())?.wxOpenId ?? ''
  const report = { from: 'push', id: 'e1', at: world.now() } as const
  await noteConsent(openId, DEMO_TEMPLATE_IDS.letterReminder ?? '', report)
  expect(await call(explainMessages, said)).toMatchObject({
    ...{ hints: ['现在微信能提醒到这位家长', '本人退订了短信'], isReached: true },
  })

  const stranger = await world.as(there.teacher, 'staff')
  await expect(stranger(explainMessages, said)).rejects.toMatchObject({ status: 404 })
  const inspector = await world.as(await buildStaff(here.school, 'inspector'), 'staff')
  await expect(inspector(explainMessages, said)).rejects.toMatchObject({ status: 403 })
  const other = await buildStudent(here.klass)
  await expect(call(explainMessages, { ...said, studentId: String(other._id) })).rejects.toMatchObject({
    status: 404,
  })
})
