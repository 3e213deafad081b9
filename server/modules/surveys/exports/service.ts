import ExcelJS from 'exceljs'
import type { AwarenessFigures } from '#contract/surveys'
import { dayInWords, shanghaiDay } from '../../../infra/clock.ts'
import { safeCell, stampSheet } from '../../../infra/sheets/cells.ts'
import { figuresOf } from '../figures/service.ts'
import type { SurveyInScope } from '../policy.ts'
import { targetOf } from '../present.ts'

const VERDICTS = { reached: '达到', missed: '未达到', unclear: '样本还不能判断' } as const
const WIDTHS = [28, 12, 12, 12, 12, 22, 18]
/** Excel has no word for one row of a table that must stay blank. */
const FEW = '少于5份，不显示'

/** The figures of a unit and those below it as a workbook: numbers, no names. */
export async function exportFigures(inScope: SurveyInScope, watermark: string): Promise<Buffer> {
  const { survey } = inScope
  const { total, rows, itemRights } = await figuresOf(inScope)
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('知晓率', { views: [{ state: 'frozen', ySplit: 3 }] })
  sheet.addRow([safeCell(survey.title)]).font = { bold: true, size: 14 }
  sheet.addRow([
    `目标${targetOf(survey)}%，置信水平${survey.confidence}%，截止${dayInWords(survey.closesOn)}，抽样种子${survey.seed}`,
  ])
  sheet.addRow([
    '单位',
    '抽到家庭',
    '已答',
    '知晓',
    '知晓率',
    `${survey.confidence}%置信区间`,
    '对照目标',
  ]).font = {
    bold: true,
  }
  for (const row of [total, ...rows]) sheet.addRow(lineOf(row))
  if (itemRights) addItems(sheet, inScope, itemRights, total.answered ?? 0)
  WIDTHS.forEach((width, at) => (sheet.getColumn(at + 1).width = width))
  stampSheet(sheet, watermark)
  return Buffer.from(await book.xlsx.writeBuffer())
}

function addItems(
  sheet: ExcelJS.Worksheet,
  { survey }: SurveyInScope,
  itemRights: number[],
  answered: number,
) {
  sheet.addRow([])
  sheet.addRow(['题目', '已答', '答对', '答对率']).font = { bold: true }
  survey.items.forEach((it, at) => {
    const right = itemRights[at] ?? 0
    sheet.addRow([safeCell(it.stem), answered, right, percent(right / answered)])
  })
}

function lineOf(it: AwarenessFigures) {
  const name = safeCell(it.name)
  if (it.answered === null || it.aware === null) return [name, it.sampled, FEW]
  if (!it.interval) return [name, it.sampled, 0]
  return [
    name,
    it.sampled,
    it.answered,
    it.aware,
    percent(it.aware / it.answered),
    `${percent(it.interval.low)}—${percent(it.interval.high)}`,
    it.verdict ? VERDICTS[it.verdict] : '',
  ]
}

const percent = (rate: number) => `${(rate * 100).toFixed(1)}%`

/** 实验中学_知晓率_家长必备知识_2026-11-29.xlsx */
export const nameOfExport = ({ survey, scope }: SurveyInScope) =>
  `${scope.fullName}_知晓率_${survey.title}_${shanghaiDay(survey.openedAt ?? survey.createdAt)}.xlsx`
