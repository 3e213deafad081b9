import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { StudentModel } from '../../server/modules/org/families/model.ts'
import { shot } from '../support/browser.ts'
import { rosterNow } from '../support/imports.ts'
import { type Cell, writeBook } from '../support/sheets.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const { world } = stage

/** What a school office has: a title above, a class merged over its children, father and mother, one broken number. */
const LIST: Cell[][] = [
  ['2026—2027学年新生名单', null, null, null, null, null, null, null, null],
  ['学校', '年级', '班级', '学籍号', '姓名', '父亲姓名', '父亲电话', '母亲姓名', '母亲电话', '家庭住址'],
  [
    '云溪市实验中学',
    '七年级',
    '2班',
    '20260201',
    '张 三',
    '张强',
    13_900_000_002,
    '刘洋',
    13_900_000_001,
    '东湖路1号',
  ],
  [null, null, null, '20260202', '王小雨', '', '', '孙秀英', '139 0000 0003', '东湖路2号'],
  [null, null, null, '20260203', '陈思远', '陈立新', '13900000004.0', '', '', '东湖路3号'],
  [null, null, null, '20260204', '林若曦', '', '', '吴敏', '1390000', '东湖路4号'],
]
const MERGES = ['A1:I1', 'A3:A6', 'B3:B6', 'C3:C6']

async function choose(page: Page, path: string) {
  await page.getByLabel('选择花名册表格').setInputFiles(path)
  await page.getByRole('button', { name: '上传并检查' }).click()
}

it(
  'takes a list as the office has it, shows what would change, writes it, and takes it back',
  async () => {
    const { district } = await stage.open()
    const { page, errors } = await stage.console('donghu')
    const start = `${world.origin()}/admin/roster/import?unitId=${String(district._id)}`
    await page.goto(start)
    await page.getByText('选择表格').first().waitFor()
    await shot(page, 'roster/01-choose')

    await choose(
      page,
      await writeBook([
        { name: '说明', rows: [['请认真填写']] },
        { name: '名单', rows: LIST, merges: MERGES },
      ]),
    )
    await page.getByText('按名称猜的').first().waitFor()
    await page.getByText('东湖路1号').first().waitFor()
    await shot(page, 'roster/02-mapping')
    await page.getByRole('button', { name: '开始检查' }).click()
    await page.getByText('手机号“1390000”不对').waitFor()
    await shot(page, 'roster/03-checked')
    await page.getByRole('button', { name: '确认写入' }).click()
    await page.getByText('已写入 3 名学生').waitFor()
    await shot(page, 'roster/04-written')
    const before = await rosterNow()

    const next = LIST.filter((row) => row[3] !== '20260202').map((row) =>
      row[3] === '20260201' ? row.with(8, 13_900_000_009) : row,
    )
    await page.goto(start)
    const path = await writeBook([{ name: '名单', rows: next, merges: ['A3:A5', 'B3:B5', 'C3:C5'] }], 'biff8')
    await choose(page, path)
    await page.getByText('上次这样对应').first().waitFor()
    await shot(page, 'roster/05-remembered')
    await page.getByRole('button', { name: '开始检查' }).click()
    await page.getByText('还没加入，以后用新号码认领').waitFor()
    await page.getByText('这几个班的名单是全的').click()
    await shot(page, 'roster/06-differences')
    await page.getByText('名单上没有（这些班里） 1').click()
    await page.getByText('王小雨').waitFor()
    await page.getByRole('button', { name: '确认写入' }).click()
    await page.getByText('已写入 2 名学生').waitFor()
    expect(await StudentModel.countDocuments({ leftAt: null })).toBe(2)

    await page.getByRole('button', { name: '撤销这次写入' }).click()
    await page.getByText('改动过的恢复原样').waitFor()
    await shot(page, 'roster/07-undo')
    await page.getByRole('button', { name: '撤销', exact: true }).click()
    await page.getByText('这次写入已经撤销').waitFor()
    await shot(page, 'roster/08-undone')
    expect(await rosterNow()).toEqual(before)
    expect(errors).toEqual([])
    await page.context().close()
  },
  5 * 60_000,
)
