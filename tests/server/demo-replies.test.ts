import { expect, it } from 'vitest'
import type { GuardianActor } from '../../server/http/actor.ts'
import { staffActor } from '../../server/modules/accounts/service.ts'
import { LineModel } from '../../server/modules/letters/threads/model.ts'
import { tellReplies } from '../../server/scripts/demo-replies.ts'
import { buildGuardian, buildStudent } from '../support/build.ts'
import { buildThread } from '../support/threads.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld()

it('leaves the 班主任 two families to answer, and one that was answered; begun again, no more', async () => {
  const { klass, li, mother, teacher, at, inbox, call } = await buildThread(world)
  const people = [
    mother,
    await buildGuardian(world, li),
    await buildGuardian(world, await buildStudent(klass, { name: '王五' })),
  ]
  const families = people.map((personId): GuardianActor => ({
    role: 'guardian',
    personId,
    sessionId: '',
    name: '',
    loginName: null,
  }))
  const actor = await staffActor(teacher, world.now())
  await tellReplies(families, at.letterId, actor, world.deps())
  await tellReplies(families, at.letterId, actor, world.deps())

  expect((await inbox()).map((it) => [it.childName, it.isUrgent])).toEqual([
    ['李四', false],
    ['王五', false],
  ])
  expect(await inbox(call, 'answered')).toHaveLength(1)
  expect(await LineModel.countDocuments()).toBe(4)
})
