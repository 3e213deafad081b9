import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import exceljs from 'exceljs'
import type { StaffActor } from '../http/actor.ts'
import type { Deps } from '../infra/deps.ts'
import { findDemoPerson, postsNow } from '../modules/accounts/service.ts'
import { classRoll } from '../modules/org/families/service.ts'
import { unitScope } from '../modules/org/policy.ts'
import { filePath } from '../modules/org/roster/files/service.ts'
import { workThroughAssignments } from '../modules/org/transfers/assignments/jobs.ts'
import * as assignments from '../modules/org/transfers/assignments/service.ts'
import { ownStudent } from '../modules/org/transfers/policy.ts'
import * as transfers from '../modules/org/transfers/service.ts'
import type { UnitRecord } from '../modules/org/tree/model.ts'

const LIST = '滨江学校小升初名单.xlsx'

/** Children on the way when the demo opens: one between two schools, and a list of 小升初 that a school is to confirm. */
export async function beginDemoMoves(
  units: Map<string, UnitRecord>,
  deps: Deps,
  say: (line: string) => void,
) {
  const now = deps.clock.now()
  const unitOf = (name: string) => {
    const unit = units.get(name)
    if (!unit) throw new Error(`The demo city has no ${name}`)
    return unit
  }
  const giving = await actorOf('第三中学管理员', deps)
  const [child] = await classRoll(String(unitOf('东湖区第三中学七年级1班')._id))
  const to = unitOf('云溪市实验中学')
  if (!child) throw new Error('The demo class is empty')
  const { student } = await ownStudent(giving, String(child._id))
  await transfers.propose(student, String(to._id), '随父母搬家到实验中学附近', giving, now)

  const district = await actorOf('东湖区管理员', deps)
  const scope = await unitScope(district, String(unitOf('东湖区')._id), 'transfer')
  const roll = await classRoll(String(unitOf('东湖区滨江学校六年级2班')._id))
  const bytes = await listOf(roll, '东湖区第三中学')
  const assignmentId = await assignments.begin(scope, { fileName: LIST, bytes: bytes.length }, district)
  const path = filePath(assignmentId, deps)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  await assignments.fileArrived(assignmentId)
  await workThroughAssignments(deps)
  const job = await assignments.findAssignment(assignmentId)
  if (job?.status === 'checked') await assignments.send(job, scope, now)
  say(`演示故事：1名学生在转学，${roll.length}名学生的小升初名单等第三中学确认`)
}

async function actorOf(demoAs: string, { clock }: Deps): Promise<StaffActor> {
  const person = await findDemoPerson(demoAs)
  if (!person) throw new Error(`The demo city has no ${demoAs}`)
  return {
    role: 'staff',
    personId: String(person._id),
    sessionId: '',
    name: person.name,
    loginName: person.loginName ?? null,
    posts: postsNow(person, clock.now()),
  }
}

async function listOf(roll: { number: string; name: string }[], school: string) {
  const book = new exceljs.Workbook()
  const sheet = book.addWorksheet('小升初')
  sheet.addRow(['学号', '学生姓名', '新学校'])
  for (const it of roll) sheet.addRow([it.number, it.name, school])
  return Buffer.from(await book.xlsx.writeBuffer())
}
