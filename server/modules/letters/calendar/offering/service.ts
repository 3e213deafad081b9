import type { LetterTemplate } from '#contract/letters'
import type { UnitScope } from '../../../org/policy.ts'
import { presentTemplate } from '../../present.ts'
import { letterTemplates } from '../../service.ts'
import { withDays } from '../following/rules.ts'
import { nodesAt, yearsAt } from '../service.ts'

/**
 * The templates as a unit begins a letter from them: the days of a node that are sure stand in their blanks. It is the node that is said,
 * where it offers the template, else the next that does.
 */
export async function templatesFor(
  { path }: UnitScope<'writeLetters'>,
  said: { node?: string | undefined; year?: number | undefined },
  now: Date,
): Promise<LetterTemplate[]> {
  const { today, current, coming } = await yearsAt(path, now)
  const years = [...new Set([current, coming, said.year ?? current])]
  const all = (await Promise.all(years.map((year) => nodesAt(path, year)))).flatMap((nodes, at) =>
    nodes.map((it) => ({ ...it, isSaid: it.code === said.node && years[at] === said.year })),
  )
  const nodes = [
    ...all.filter((it) => it.isSaid),
    ...all
      .filter((it) => !it.isOff && it.to >= today)
      .toSorted((a, b) => (a.from === b.from ? 0 : a.from < b.from ? -1 : 1)),
  ]
  return letterTemplates().map((template) => {
    const shown = presentTemplate(template)
    const node = nodes.find((it) => Object.values(it.letters).some((codes) => codes.includes(template.code)))
    return node ? { ...shown, blanks: withDays(shown.blanks ?? [], node, template) } : shown
  })
}
