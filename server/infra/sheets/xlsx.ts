import { posix } from 'node:path'
import { SaxesParser } from 'saxes'
import { type Book, cut, type SheetRow } from './book.ts'
import { FORMULA_ERROR, numberOf } from './cells.ts'
import { type CheckedZip, checkWorkbook, SheetRefused } from './guard.ts'
import { columnNumber, MOST_COLUMNS, mergedDown } from './merges.ts'

const MOST_STRINGS = 3_000_000

/** A workbook of today's Excel or WPS. Its parts are read as they unpack; nothing is written anywhere. */
export async function openXlsx(path: string): Promise<Book> {
  const zip = await checkWorkbook(path)
  const targets = await targetsOf(zip)
  const sheets: { name: string; isHidden: boolean; part: string }[] = []
  await visit(zip, 'xl/workbook.xml', {
    open(name, said) {
      if (name !== 'sheet') return
      const target = targets.get(said['r:id'] ?? said.id ?? '')
      const isHidden = said.state === 'hidden' || said.state === 'veryHidden'
      if (target?.type.endsWith('/worksheet')) {
        sheets.push({ name: said.name ?? '', isHidden, part: target.part })
      }
    },
  })
  if (sheets.length === 0) throw new SheetRefused('表格里没有工作表')
  let shared: Promise<string[]> | undefined
  return {
    sheets,
    async *rows(at) {
      const sheet = sheets[at]
      if (!sheet) return
      shared ??= readShared(zip, targets)
      yield* readSheet(zip, sheet.part, await shared)
    },
  }
}

type Targets = Map<string, { part: string; type: string }>

async function targetsOf(zip: CheckedZip): Promise<Targets> {
  const targets: Targets = new Map()
  await visit(zip, 'xl/_rels/workbook.xml.rels', {
    open(name, { Id, Target = '', Type = '' }) {
      if (name !== 'Relationship' || !Id) return
      const part = Target.startsWith('/') ? Target.slice(1) : posix.normalize(posix.join('xl', Target))
      targets.set(Id, { part, type: Type })
    },
  })
  return targets
}

/** The texts that cells refer to by number. Readings for Japanese (`rPh`) are no part of them. */
async function readShared(zip: CheckedZip, targets: Targets) {
  const part = [...targets.values()].find((it) => it.type.endsWith('/sharedStrings'))?.part
  const strings: string[] = []
  let text = ''
  let isText = false
  let isReading = false
  await visit(zip, part ?? 'xl/sharedStrings.xml', {
    open(name) {
      if (name === 'si') text = ''
      if (name === 'rPh') isReading = true
      isText = name === 't' && !isReading
    },
    close(name) {
      isText = false
      if (name === 'rPh') isReading = false
      if (name !== 'si') return
      if (strings.length >= MOST_STRINGS) throw new SheetRefused('表格里的文字太多，请拆成几份再上传')
      strings.push(unescaped(cut(text)))
    },
    text: (said) => void (isText && (text += said)),
  })
  return strings
}

async function* readSheet(zip: CheckedZip, part: string, shared: string[]): AsyncGenerator<SheetRow> {
  const ready: SheetRow[] = []
  const reader = rowReader(shared, (row) => ready.push(row))
  const fill = mergedDown(zip.mergesOf(part))
  for await (const _ of parsed(zip, part, reader)) {
    for (const row of ready.splice(0)) {
      const isEmpty = row.cells.every((it) => !it)
      fill(row.row, row.cells)
      if (!isEmpty) yield row
    }
  }
}

/** Puts rows together from the tags of a sheet. */
function rowReader(shared: string[], take: (row: SheetRow) => void): Visitor {
  let row = 0
  let column = 0
  let kind = ''
  let text = ''
  let isText = false
  let cells: string[] = []
  return {
    open(name, said) {
      isText = name === 'v' || name === 't'
      if (name === 'row') {
        // Rows that repeat or go back are counted on, so that each has a line of its own.
        row = Math.max(Number(said.r) || 0, row + 1)
        column = 0
        cells = []
      } else if (name === 'c') {
        const [letters] = /^[A-Z]{1,3}/.exec(said.r ?? '') ?? []
        column = letters ? columnNumber(letters) : column + 1
        kind = said.t ?? 'n'
        text = ''
      }
    },
    close(name) {
      isText = false
      if (name === 'c' && column <= MOST_COLUMNS) cells[column - 1] = cellText(kind, text, shared)
      if (name === 'row') take({ row, cells: Array.from(cells, (it) => it ?? '') })
    },
    text: (said) => void (isText && (text += said)),
  }
}

function cellText(kind: string, text: string, shared: string[]): string {
  if (kind === 's') return shared[Number(text)] ?? ''
  if (kind === 'n') return numberOf(cut(text))
  if (kind === 'b') return text === '1' ? '是' : '否'
  if (kind === 'e') return FORMULA_ERROR
  return unescaped(cut(text))
}

/** `_x000D_` is how a workbook writes what XML cannot. */
const unescaped = (text: string) =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    : text

interface Visitor {
  /** A tag's name without its prefix, and its attributes. */
  open: (name: string, said: Partial<Record<string, string>>) => void
  close?: (name: string) => void
  text?: (said: string) => void
}

async function visit(zip: CheckedZip, part: string, visitor: Visitor) {
  for await (const _ of parsed(zip, part, visitor));
}

/** Walks a part piece by piece; between two pieces the caller may take what has come together. Knows no entities, so none grow. */
async function* parsed(zip: CheckedZip, part: string, visitor: Visitor) {
  const stream = await zip.open(part)
  if (!stream) return
  const parser = new SaxesParser({ xmlns: false, position: false })
  const plain = (name: string) => name.slice(name.indexOf(':') + 1)
  parser.on('opentag', ({ name, attributes }) => visitor.open(plain(name), attributes))
  parser.on('closetag', ({ name }) => visitor.close?.(plain(name)))
  parser.on('text', (said) => visitor.text?.(said))
  parser.on('cdata', (said) => visitor.text?.(said))
  const decoder = new TextDecoder('utf-8')
  for await (const chunk of stream) {
    parser.write(decoder.decode(chunk, { stream: true }))
    yield
  }
  parser.write(decoder.decode()).close()
  yield
}
