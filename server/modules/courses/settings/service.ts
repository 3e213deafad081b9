import { Types } from 'mongoose'
import { Refusal } from '../../../http/errors.ts'
import * as audit from '../../audit/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { idsOf } from '../../org/tree/rules.ts'
import { commonProgrammes } from '../offers/service.ts'
import { CourseSettingsModel, type CourseSettingsRecord } from './model.ts'

/** What some units have decided; a unit that has decided nothing is not among them. */
export const settingsOf = (unitIds: readonly string[]) =>
  CourseSettingsModel.find({ _id: { $in: unitIds.map((it) => new Types.ObjectId(it)) } })
    .limit(200)
    .lean<CourseSettingsRecord[]>()

/** Which programmes of the installation each of some cities has switched off. */
export async function switchedOffIn(cityIds: readonly string[]) {
  if (cityIds.length === 0) return new Map<string, string[]>()
  return new Map((await settingsOf(cityIds)).map((it) => [String(it._id), it.switchedOff]))
}

/** The nearest unit above a path that wants to say yes before anything from below is published; null: none. */
export async function approverAbove(path: string): Promise<CourseSettingsRecord | null> {
  const above = idsOf(path).slice(0, -1)
  const asking = (await settingsOf(above)).filter((it) => it.asksApproval)
  return asking.toSorted((a, b) => b.path.length - a.path.length)[0] ?? null
}

/** What a unit has decided, beside everything it could decide. */
export async function readSettings(scope: UnitScope<'editCourses'>) {
  const [own, common] = await Promise.all([settingsOf([scope.unitId]), commonProgrammes()])
  const off = own[0]?.switchedOff ?? []
  const mayDecide = scope.may('publishCourses')
  return {
    asksApproval: own[0]?.asksApproval ?? false,
    common: common.map(({ code, title }) => ({ code, title, isOn: !off.includes(code) })),
    abilities: {
      askApproval: mayDecide && (scope.kind === 'city' || scope.kind === 'district'),
      switchOff: mayDecide && scope.kind === 'city',
    },
  }
}

export async function setSettings(
  scope: UnitScope<'publishCourses'>,
  said: { asksApproval: boolean; switchedOff: string[] },
  now: Date,
) {
  if (scope.kind !== 'city' && scope.kind !== 'district') throw new Refusal('invalid', '由市或区县来规定')
  if (scope.kind !== 'city' && said.switchedOff.length > 0) throw new Refusal('invalid', '通用课程由市来停开')
  const known = new Set((await commonProgrammes()).map((it) => it.code))
  if (said.switchedOff.some((it) => !known.has(it))) throw new Refusal('invalid', '没有这门通用课程')
  await CourseSettingsModel.updateOne(
    { _id: new Types.ObjectId(scope.unitId) },
    { $set: said, $setOnInsert: { path: scope.path } },
    { upsert: true },
  )
  await audit.record(
    'course.settings',
    { unit: scope, detail: said.asksApproval ? '要审核' : '不用审核' },
    now,
  )
}
