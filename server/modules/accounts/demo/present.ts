import { postInWords } from '#contract/posts'
import type { Deps } from '../../../infra/deps.ts'
import * as families from '../../org/families/service.ts'
import * as tree from '../../org/tree/service.ts'
import type { PersonRecord } from '../model.ts'
import * as accounts from '../service.ts'

/** The people of the demo city one may play: staff on the console, parents and teachers on the phone. */
export async function presentDemoPeople({ clock }: Pick<Deps, 'clock'>) {
  const people = await accounts.demoPeople()
  const rows = await Promise.all(
    people.map(async (person) => {
      const posts = accounts.postsNow(person, clock.now())
      return posts.length > 0 ? staffRow(person, posts) : [await parentRow(person)]
    }),
  )
  // Parents first: the phone is theirs.
  return rows.flat().sort((a, b) => Number(a.isStaff) - Number(b.isStaff))
}

async function staffRow(person: PersonRecord, posts: ReturnType<typeof accounts.postsNow>) {
  const names = await tree.fullNamesOf(posts.map((it) => it.unitId))
  const hint = posts.map((it) => `${names.get(it.unitId) ?? ''} ${postInWords(it)}`).join('、')
  const row = { as: person.demoAs ?? '', label: person.name, hint, isStaff: true }
  return [
    ...(person.loginName ? [{ ...row, kind: 'console' as const }] : []),
    ...(person.phoneIndex ? [{ ...row, kind: 'phone' as const }] : []),
  ]
}

async function parentRow(person: PersonRecord) {
  const bonds = person.phoneIndex ? await families.bondsOfPhone(person.phoneIndex) : []
  const [bond] = bonds
  const student = bond ? await families.findStudent(String(bond.studentId)) : null
  const names = await tree.fullNamesOf(bonds.map((it) => String(it.classId)))
  return {
    as: person.demoAs ?? '',
    label: student && bond ? `${student.name}${bond.relation}` : (person.demoAs ?? ''),
    hint: bond ? (names.get(String(bond.classId)) ?? '') : '还没有加入班级',
    kind: 'phone' as const,
    isStaff: false,
  }
}
