import ExcelJS from 'exceljs'
import type { AuditLine, ViewOfMyChild } from '#contract/audit'
import { instantInWords } from '../../../infra/clock.ts'
import { maskName } from '../../../infra/field-crypto.ts'
import { safeCell, stampSheet } from '../../../infra/sheets/cells.ts'
import { deviceName } from '../../accounts/rules.ts'
import type { AuditRecord } from '../model.ts'
import { actInWords } from '../rules.ts'
import { postWords, teacher, tellParent } from './rules.ts'
import type { NamesIn } from './service.ts'

const MOST_NAMES = 3

/** A line of the log. Who audits has to know whose data it was; who otherwise sees figures only, reads masked names. */
export function presentLine(it: AuditRecord, names: NamesIn, seesNames: boolean): AuditLine {
  const children = it.studentIds.map(names.child)
  const shown = (name: string | null) => (name && !seesNames ? maskName(name) : name)
  const masked = (text: string) =>
    children.reduce((said, name) => (name ? said.replaceAll(name, maskName(name)) : said), text)
  return {
    id: String(it._id),
    at: it.at.toISOString(),
    actorId: it.actorId ? String(it.actorId) : null,
    actor: it.actorId ? actorOf(it, names, seesNames) : null,
    post: it.actorRole === 'guardian' ? '家长' : postWords(it.post),
    act: it.act,
    what: actInWords(it.act),
    detail: seesNames ? it.detail : masked(it.detail),
    unitName: names.unit(it.unitId),
    childNames: children.slice(0, MOST_NAMES).map((name) => (seesNames ? name : maskName(name))),
    children: it.studentIds.length,
    isWholeUnit: it.coversUnit,
    // Who signs in does it to nobody but themselves.
    person:
      it.personId && String(it.personId) !== String(it.actorId)
        ? (shown(names.person(it.personId)) ?? '家长')
        : null,
    ip: it.ip,
    device: it.device ? deviceName(it.device) : '',
    approval: it.approval
      ? { ground: it.approval.ground, approver: names.person(it.approval.approverId) }
      : null,
  }
}

function actorOf({ actorId, actorRole }: AuditRecord, names: NamesIn, seesNames: boolean) {
  if (actorRole !== 'guardian') return names.person(actorId) ?? '老师'
  return (seesNames && names.person(actorId)) || '家长'
}

/** What a parent reads: a name, a post, and in plain words what was seen. No address, no device. */
export function presentView(it: AuditRecord, names: NamesIn): ViewOfMyChild {
  const approver = it.approval?.ground === 'single' ? names.person(it.approval.approverId) : null
  const why = [it.detail, approver ? `经${teacher(approver)}同意` : ''].filter(Boolean).join('；')
  return {
    id: String(it._id),
    at: it.at.toISOString(),
    who: teacher(names.person(it.actorId) ?? '学校'),
    post: [postWords(it.post), names.unit(it.postUnitId)].filter(Boolean).join(' · '),
    what: tellParent(it.act, names.unit(it.unitId)),
    why: why || null,
  }
}

const GROUND = { own: '本人负责', standing: '长期授权', single: '单次同意' }

/** Without the names of children: how many a line concerns is what an audit needs. */
export async function presentWorkbook(lines: AuditLine[], watermark: string): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('操作记录', { views: [{ state: 'frozen', ySplit: 1 }] })
  sheet.addRow(['时间', '谁', '岗位', '做了什么', '说明', '单位', '涉及学生', '审批', '网络地址', '设备'])
  sheet.getRow(1).font = { bold: true }
  for (const it of lines) {
    const children = it.isWholeUnit ? '全单位' : it.children > 0 ? `${it.children}人` : ''
    const approval = it.approval
      ? [GROUND[it.approval.ground], it.approval.approver].filter(Boolean).join(' ')
      : ''
    const cells = [
      instantInWords(new Date(it.at)),
      it.actor ?? '系统',
      it.post ?? '',
      it.what,
      it.detail,
      it.unitName,
      children,
      approval,
      it.ip,
      it.device,
    ]
    sheet.addRow(cells.map(safeCell)).eachCell((cell) => (cell.numFmt = '@'))
  }
  ;[22, 12, 16, 20, 30, 24, 10, 18, 16, 20].forEach((width, at) => (sheet.getColumn(at + 1).width = width))
  stampSheet(sheet, watermark)
  return Buffer.from(await book.xlsx.writeBuffer())
}
