import { expect, it } from 'vitest'
import { listMySurveys } from '#contract/surveys'
import { findDemoPerson } from '../../server/modules/accounts/service.ts'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { SurveySheetModel } from '../../server/modules/surveys/model.ts'
import { seedDemoCity } from '../../server/scripts/demo-city.ts'
import { openDemoSchool } from '../../server/scripts/demo-school.ts'
import { useWorld } from '../support/world.ts'

const world = useWorld({ DEMO: '1' })
const quiet = () => undefined

it('asks every family that has joined, so that 张三妈妈 finds the survey on her phone', async () => {
  const { units } = await seedDemoCity(world.deps(), quiet)
  const school = units.get('云溪市实验中学')
  if (!school) throw new Error('no school')
  await openDemoSchool(school, world.deps(), quiet)

  const sheets = await SurveySheetModel.find({}, { joined: 1, sampled: 1 }).lean()
  expect(sheets.length).toBe(2)
  expect(sheets.every((it) => it.sampled === it.joined)).toBe(true)

  const mother = String((await findDemoPerson('张三妈妈'))?._id)
  const zhang = await StudentModel.findOne({ name: '张三' }).lean()
  await GuardianshipModel.updateOne({ studentId: zhang?._id, name: '刘洋' }, { personId: mother })
  const call = await world.as(mother, 'guardian')
  const { surveys } = await call(listMySurveys, { studentId: String(zhang?._id) })
  expect(surveys).toMatchObject([{ title: '家长必备知识小调查' }])
})
