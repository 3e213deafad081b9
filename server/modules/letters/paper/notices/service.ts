import type { Deps } from '../../../../infra/deps.ts'
import { Refusal } from '../../../../http/errors.ts'
import { qrCodeOf } from '../../../org/joins/service.ts'
import { findUnits } from '../../../org/tree/service.ts'
import type { LetterInScope } from '../../policy.ts'
import type { SheetRecord } from '../../sheets/model.ts'
import { type Unreached, unreachedIn } from '../../unreached/service.ts'
import { MOST_PAPERS } from './rules.ts'

export interface Paper {
  sheet: SheetRecord
  student: Unreached['student']
}

/** For whom a paper is printed: whom no reminder reaches, class by class in the order of student numbers, or one family that has not answered. */
export async function papersOf(
  inScope: LetterInScope<'seeFamilies'>,
  studentId: string | undefined,
  deps: Pick<Deps, 'env'>,
  now: Date,
): Promise<Paper[]> {
  if (inScope.letter.status !== 'sent') throw new Refusal('conflict', '只有已发出的信可以打印纸质通知')
  const classes = await unreachedIn(inScope, deps, now, { isFor: studentId })
  const papers = classes.flatMap(({ sheet, families }) => families.map(({ student }) => ({ sheet, student })))
  if (papers.length === 0)
    throw new Refusal('conflict', studentId ? '这家已经完成了，不用再打印' : '没有提醒不到的家庭，不用打印')
  if (papers.length > MOST_PAPERS) throw new Refusal('invalid', `一次最多打印${MOST_PAPERS}份，请按班打印`)
  return papers
}

export interface ClassCode {
  code: string
  /** As a data URL; none where WeChat gave none: the code is typed in then. */
  picture: string | null
}

/**
 * How the families of each class get from the paper into the mini-program. The picture names the class and the letter and nobody: who finds it
 * may ask to join, as with the class code.
 */
export async function codesOf(papers: readonly Paper[], deps: Deps): Promise<Map<string, ClassCode>> {
  const letterOf = new Map(papers.map(({ sheet }) => [String(sheet.classId), String(sheet.letterId)]))
  const classes = await findUnits([...letterOf.keys()])
  const codes = await Promise.all(
    classes.map(async ({ _id, joinCode }) => {
      if (!joinCode) return []
      const picture = await qrCodeOf(`${joinCode}${letterOf.get(String(_id)) ?? ''}`, deps)
      return [[String(_id), { code: joinCode, picture: picture ?? null }] as const]
    }),
  )
  return new Map(codes.flat())
}
