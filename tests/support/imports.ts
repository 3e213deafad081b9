import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  applyRosterImport,
  beginRosterImport,
  type DifferenceKind,
  type Leavers,
  listRosterDifferences,
  mapRosterColumns,
  readRosterImport,
  readRosterOutline,
  type RosterImport,
  undoRosterImport,
} from '#contract/roster'
import { GuardianshipModel, StudentModel } from '../../server/modules/org/families/model.ts'
import { UnitModel, type UnitRecord } from '../../server/modules/org/tree/model.ts'
import { buildBranch, buildStaff } from './build.ts'
import type { World } from './world.ts'

/** A district with its administrator, who imports lists over HTTP as the console does. */
export async function importer(world: World, unit?: UnitRecord) {
  const { district, city } = await buildBranch()
  const at = unit ?? district
  const admin = await buildStaff(at, at.kind === 'school' ? 'school_admin' : 'district_admin')
  const token = await world.tokenOf(admin, 'staff')
  const call = world.withToken(token)
  const unitId = String(at._id)

  async function upload(path: string, over: { makeUnits?: boolean; fileName?: string } = {}) {
    const bytes = await readFile(path)
    const { makeUnits = true, fileName = basename(path) } = over
    const begun = { unitId, fileName, bytes: Math.max(bytes.length, 1), makeUnits }
    const { importId, uploadPath } = await call(beginRosterImport, begun)
    const response = await fetch(`${world.origin()}/api${uploadPath}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body: bytes,
    })
    return { importId, response }
  }

  async function until(importId: string, ...statuses: RosterImport['status'][]) {
    for (;;) {
      const job = await call(readRosterImport, { importId })
      if (statuses.includes(job.status)) return job
      await new Promise((done) => setTimeout(done, 100))
    }
  }

  async function checked(path: string, over: { makeUnits?: boolean; fileName?: string } = {}) {
    const { importId, response } = await upload(path, over)
    if (!response.ok) throw new Error(`The file was turned away: ${await response.text()}`)
    return until(importId, 'mapping', 'checked', 'refused')
  }

  /** As a person does who finds the proposal right. */
  async function agree(importId: string) {
    const { sheet, line, lines, columns } = await call(readRosterOutline, { importId })
    const mapped = columns.flatMap(({ at, key }) => (key ? [{ at, key }] : []))
    await call(mapRosterColumns, { importId, sheet, line, lines, columns: mapped })
    return until(importId, 'checked', 'refused')
  }

  async function apply(importId: string, leavers: Leavers = 'none') {
    await call(applyRosterImport, { importId, leavers })
    return until(importId, 'applied')
  }

  return {
    district,
    city,
    token,
    call,
    unitId,
    upload,
    until,
    checked,
    agree,
    apply,
    /** Checks, agrees to whatever is asked, and writes. */
    async applied(path: string, leavers: Leavers = 'none') {
      const first = await checked(path)
      const job = first.status === 'mapping' ? await agree(first.id) : first
      return apply(job.id, leavers)
    },
    async undone(importId: string) {
      await call(undoRosterImport, { importId })
      return until(importId, 'undone')
    },
    differences: async (importId: string, kind: DifferenceKind) =>
      (await call(listRosterDifferences, { importId, kind })).differences,
  }
}

/** Everything a list can write, without the times and ids that no two runs share. */
export async function rosterNow() {
  const [students, bonds, units] = await Promise.all([
    StudentModel.find().lean(),
    GuardianshipModel.find({ to: null }).lean(),
    UnitModel.find({ kind: { $in: ['school', 'grade', 'class'] } }).lean(),
  ])
  const nameOf = new Map(units.map((it) => [String(it._id), it.fullName]))
  const numberOf = new Map(students.map((it) => [String(it._id), it.number]))
  const classNamed = (id: unknown) => nameOf.get(String(id)) ?? '?'
  return {
    units: units.map((it) => it.fullName).sort(),
    students: students
      .map((it) => ({
        number: it.number,
        name: it.name,
        initials: it.initials,
        class: classNamed(it.classId),
        isAt: it.path.includes(String(it.classId)),
        hasLeft: it.leftAt !== null,
        classes: it.memberships.map((was) => `${classNamed(was.classId)}${was.to ? '（以前）' : ''}`),
      }))
      .sort((a, b) => (a.number < b.number ? -1 : 1)),
    guardians: bonds
      .map((it) => ({
        of: numberOf.get(String(it.studentId)),
        name: it.name,
        relation: it.relation,
        phoneIndex: it.phoneIndex,
        class: classNamed(it.classId),
        isPrimary: it.isPrimary,
        hasJoined: it.personId !== undefined,
      }))
      .sort((a, b) => (`${a.of}${a.phoneIndex}` < `${b.of}${b.phoneIndex}` ? -1 : 1)),
  }
}
