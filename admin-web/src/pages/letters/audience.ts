import type { ShownParts } from '#contract/audiences'
import type { Letter } from '#contract/letters'
import { POST_WORDS } from '#contract/posts'
import type { Draft, Named } from './draft'
import { GRADE_CHOICES, MARK_TEXT } from './words'

/** An audience with its names, of a letter or of one that is being put together. */
export type ShownTo = Pick<Letter, 'audience' | 'parts' | 'staff' | 'students' | 'excluded'>
export type Audience = Pick<Draft, 'audience' | 'students' | 'excluded' | 'parts' | 'staff'>

/** One part of an audience: what it is called, and what the audience is without it. */
export interface Chip {
  key: string
  text: string
  isOut: boolean
  without: (of: Audience) => Audience
}

const NO_PARTS: ShownParts = {
  grades: [],
  campuses: [],
  groups: [],
  hiddenGroups: 0,
  marks: [],
  without: { units: [], groups: [] },
}

/** 小学, 七年级: a stage all of whose grades are there is said as one. */
function gradeSets(grades: readonly number[]) {
  return GRADE_CHOICES.flatMap(({ name, grades: all }) => {
    const there = all.filter((it) => grades.includes(it.grade))
    const isWhole = there.length === all.length
    return isWhole ? [{ name, grades: there.map((it) => it.grade) }] : there.map(one)
  })
}
const one = ({ name, grade }: { name: string; grade: number }) => ({ name, grades: [grade] })

const less = <T>(list: readonly T[] | undefined, isIt: (it: T) => boolean) =>
  (list ?? []).filter((it) => !isIt(it))

const inParts =
  (change: (parts: Audience['parts']) => Audience['parts']) =>
  (of: Audience): Audience => ({ ...of, parts: { ...of.parts, ...change(of.parts) } })

/** The whole audience as chips, those that are left out last. */
export function chipsOf({
  audience,
  students = [],
  excluded = [],
  parts = NO_PARTS,
  staff,
}: ShownTo): Chip[] {
  const said = (key: string, text: string, without: Chip['without'], isOut = false) => ({
    ...{ key, text, without, isOut },
  })
  if (staff) return staffChips(staff)
  const named = ({ studentId, name }: Named, field: 'students' | 'excluded') =>
    said(
      `${field}:${studentId}`,
      `${name}家`,
      (of) => ({ ...of, [field]: less(of[field], (it) => it.studentId === studentId) }),
      field === 'excluded',
    )
  return [
    ...audience.map(({ unitId, name }) =>
      said(`unit:${unitId}`, name, (of) => ({ ...of, audience: less(of.audience, (it) => it === unitId) })),
    ),
    ...parts.grades.flatMap((line) =>
      gradeSets(line.grades).map(({ name, grades }) =>
        said(
          `grade:${line.unitId}:${name}`,
          line.name + name,
          inParts((of) => ({
            grades: (of.grades ?? [])
              .map((it) =>
                it.unitId === line.unitId
                  ? { ...it, grades: less(it.grades, (grade) => grades.includes(grade)) }
                  : it,
              )
              .filter((it) => (it.grades?.length ?? 0) > 0),
          })),
        ),
      ),
    ),
    ...parts.campuses.map((line) =>
      said(
        `campus:${line.unitId}:${line.campus}`,
        line.name + line.campus,
        inParts((of) => ({
          campuses: less(of.campuses, (it) => it.unitId === line.unitId && it.campus === line.campus),
        })),
      ),
    ),
    ...parts.marks.map((line) =>
      said(
        `mark:${line.unitId}:${line.mark}`,
        `${line.name}${MARK_TEXT[line.mark]}`,
        inParts((of) => ({
          marks: less(of.marks, (it) => it.unitId === line.unitId && it.mark === line.mark),
        })),
      ),
    ),
    ...parts.groups.map(({ groupId, name }) =>
      said(
        `group:${groupId}`,
        `分组“${name}”`,
        inParts((of) => ({ groupIds: less(of.groupIds, (it) => it === groupId) })),
      ),
    ),
    ...students.map((it) => named(it, 'students')),
    ...parts.without.units.map(({ unitId, name }) =>
      said(
        `out:${unitId}`,
        name,
        inParts((of) => ({
          without: { ...of.without, unitIds: less(of.without?.unitIds, (it) => it === unitId) },
        })),
        true,
      ),
    ),
    ...parts.without.groups.map(({ groupId, name }) =>
      said(
        `out:${groupId}`,
        `分组“${name}”`,
        inParts((of) => ({
          without: { ...of.without, groupIds: less(of.without?.groupIds, (it) => it === groupId) },
        })),
        true,
      ),
    ),
    ...excluded.map((it) => named(it, 'excluded')),
  ]
}

const staffChips = ({ posts, units }: NonNullable<ShownTo['staff']>): Chip[] => [
  ...posts.map((post) => ({
    key: `post:${post}`,
    text: POST_WORDS[post],
    isOut: false,
    without: (of: Audience) => ({
      ...of,
      staff: of.staff && { ...of.staff, posts: less(of.staff.posts, (it) => it === post) },
    }),
  })),
  ...units.map(({ unitId, name }) => ({
    key: `unit:${unitId}`,
    text: name,
    isOut: false,
    without: (of: Audience) => ({
      ...of,
      staff: of.staff && { ...of.staff, unitIds: less(of.staff.unitIds, (it) => it === unitId) },
    }),
  })),
]

const PART_OF_SCHOOL =
  /^(?:[小中大]班|[一二三四五六七八九]年级|高[一二三]|职[一二三]|幼儿园|小学|初中|高中|中职|\d+班)/

/** 三中七年级、三中八年级 → 三中 */
function placeOf(names: readonly string[]) {
  const [first = ''] = names
  for (let length = first.length; length > 1; length--) {
    const place = first.slice(0, length)
    const rests = names.map((it) => (it.startsWith(place) ? it.slice(length) : null))
    if (rests.every((it) => it !== null && (it === '' || PART_OF_SCHOOL.test(it)))) return place
  }
  return ''
}

const listed = (names: readonly string[]) =>
  names.length > 1 ? `${names.slice(0, -1).join('、')}和${names.at(-1) ?? ''}` : (names[0] ?? '')
const families = (count: number) => (count > 0 ? [`${count}户家庭`] : [])

/** 三中七年级和八年级，除了七年级3班；另加2户家庭: whom a letter goes to, as its author would say it. */
export function audienceInWords(shown: ShownTo): string {
  const { students = [], excluded = [], parts, staff } = shown
  if (staff) {
    return `${listed(staff.units.map((it) => it.name))}的${listed(staff.posts.map((it) => POST_WORDS[it]))}`
  }
  const chips = chipsOf({ ...shown, students: [], excluded: [] })
  const texts = chips.filter((it) => !it.isOut).map((it) => it.text)
  const place = placeOf(texts)
  const short = (text: string) => (text.startsWith(place) ? text.slice(place.length) || text : text)
  const to = [
    ...texts.map((text, at) => (at === 0 ? text : short(text))),
    ...(parts?.hiddenGroups ? [`${parts.hiddenGroups}个分组`] : []),
  ]
  const out = [...chips.filter((it) => it.isOut).map((it) => short(it.text)), ...families(excluded.length)]
  if (to.length === 0) {
    const few = students.length <= 3 && students.length > 0
    return few ? listed(students.map((it) => `${it.name}家`)) : `${students.length}户家庭`
  }
  const less = out.length > 0 ? `，除了${listed(out)}` : ''
  return (
    listed(to) +
    less +
    families(students.length)
      .map((it) => `；另加${it}`)
      .join('')
  )
}
