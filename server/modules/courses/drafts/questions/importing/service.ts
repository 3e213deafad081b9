import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MOST_QUESTIONS } from '#contract/drafts'
import { Refusal } from '../../../../../http/errors.ts'
import { hash } from '../../../../../infra/files.ts'
import { SheetRefused } from '../../../../../infra/sheets/guard.ts'
import { readSheetRows } from '../../../../../infra/sheets/read.ts'
import { lessonsOf } from '../../lessons/service.ts'
import type { OwnDraft } from '../../policy.ts'
import { addQuestion } from '../service.ts'
import { type Line, readSheet } from './rules.ts'

/** A sheet of questions; nobody's is larger. */
export const SHEET_BYTES = 2 * 1024 * 1024

/** What a sheet holds: looked at only, or added. What was added from the same sheet before is not added twice. */
export async function importSheet(own: OwnDraft, bytes: Buffer, isApplied: boolean, now: Date) {
  const lessons = await lessonsOf(own.draft._id)
  const read = readSheet(
    await linesOf(bytes),
    lessons.map((it) => ({ id: String(it._id), title: it.title })),
  )
  if (isApplied) {
    for (const { content } of read.questions) {
      await addQuestion(own, `sheet-${hash(JSON.stringify(content)).slice(0, 40)}`, content, now)
    }
  }
  return {
    isApplied,
    questions: read.questions.map(({ row, content }) => ({
      row,
      kind: content.kind,
      stem: content.stem,
      lessonTitle: lessons.find((it) => String(it._id) === content.lessonId)?.title ?? '',
    })),
    problems: read.problems,
  }
}

async function linesOf(bytes: Buffer): Promise<Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'jiaxiao-questions-'))
  try {
    const path = join(folder, 'sheet')
    await writeFile(path, bytes)
    const lines: Line[] = []
    for await (const rows of readSheetRows(path)) {
      lines.push(...rows)
      if (lines.length > MOST_QUESTIONS * 6) throw new Refusal('too_large', `一次最多导入${MOST_QUESTIONS}题`)
    }
    return lines
  } catch (error) {
    if (error instanceof SheetRefused) throw new Refusal('unsupported', error.message)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
