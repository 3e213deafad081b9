import type { DraftCertificate, DraftExam } from '#contract/drafts'

interface Written {
  lessonId: unknown
  difficulty: number
  kind: string
  parts?: readonly unknown[] | undefined
}
interface Taught {
  _id: unknown
  theme: string
  title: string
}

const DIFFICULTIES = ['容易', '中等', '较难']

/** A case counts as many questions as it has parts. */
export const sizeOf = ({ kind, parts }: Pick<Written, 'kind' | 'parts'>) =>
  kind === 'case' ? (parts?.length ?? 0) : 1

const count = (bank: readonly Written[]) => bank.reduce((sum, it) => sum + sizeOf(it), 0)

/** What the bank lacks of what the exam and the renewal ask of it, in words. */
export function bankGaps(
  { exam, certificate }: { exam: DraftExam | null; certificate: DraftCertificate | null },
  bank: readonly Written[],
  lessons: readonly Taught[],
): string[] {
  return [
    ...(exam?.quotas ? quotaGaps(exam, bank, lessons) : []),
    ...(exam ? renewalGaps(certificate, bank, lessons) : []),
  ]
}

function quotaGaps({ draw, quotas }: DraftExam, bank: readonly Written[], lessons: readonly Taught[]) {
  const { themes = [], difficulties = null } = quotas ?? {}
  const taught = (theme: string) => lessons.filter((it) => it.theme === theme).map((it) => String(it._id))
  const asked = themes.reduce((sum, it) => sum + it.least, 0)
  const levels = difficulties?.reduce((sum, it) => sum + it, 0) ?? 0
  return [
    ...(asked > draw ? [`各主题加起来要${asked}题，一份卷只有${draw}题`] : []),
    ...(levels > draw ? [`各难度加起来要${levels}题，一份卷只有${draw}题`] : []),
    ...themes.flatMap(({ theme, least }) => {
      const there = count(bank.filter((it) => taught(theme).includes(String(it.lessonId))))
      return there < least ? [`主题“${theme}”要抽${least}题，题库里只有${there}题`] : []
    }),
    ...(difficulties ?? []).flatMap((least, at) => {
      const there = count(bank.filter((it) => it.difficulty === at + 1))
      return there < least ? [`${DIFFICULTIES[at]}的题要抽${least}道，题库里只有${there}道`] : []
    }),
  ]
}

function renewalGaps(
  certificate: DraftCertificate | null,
  bank: readonly Written[],
  lessons: readonly Taught[],
) {
  const renewal = certificate?.rules?.renewal
  if (!renewal) return []
  const known = new Set(lessons.map((it) => String(it._id)))
  const there = count(bank.filter((it) => renewal.lessonIds.includes(String(it.lessonId))))
  return [
    ...(renewal.lessonIds.some((it) => !known.has(it)) ? ['续证要重学的课里，有一课已经删去了'] : []),
    ...(there < renewal.draw ? [`续证考试要抽${renewal.draw}题，重学的课只有${there}题`] : []),
  ]
}
