import { readFile } from 'node:fs/promises'
import { HEADING, rosterRow, type Row, writeZip } from './roster.ts'
import { bookBytes, type Cell, inGbk, writeBytes } from './sheets.ts'

/** Numbers from 0 to 1 that come the same way for the same seed. */
export function dice(seed: number) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
type Dice = () => number

const upTo = (roll: Dice, most: number) => Math.floor(roll() * most)
const oneOf = <T>(roll: Dice, list: readonly T[]): T => list[upTo(roll, list.length)] as T

/** What has been seen in cells that should hold a name, a number or a phone. */
const NASTY: Cell[] = [
  '',
  ' ',
  null,
  true,
  45_890,
  45_890.5,
  -1,
  1e300,
  '#N/A',
  '#REF!',
  '=1+1',
  '😀李雷👨‍👩‍👧',
  '张\u0000三',
  '\u202e三张',
  '\ud800',
  '𠮷野家',
  '１３８００１３８０００',
  '1.38E+10',
  '13800138000/13900139000',
  'x'.repeat(40_000),
  '<script>alert(1)</script>',
  "'; DROP TABLE",
  '$where',
  '__proto__',
]

/** A small roster in which some cells are not what they should be. */
function rowsWith(roll: Dice): Row[] {
  const rows: Row[] = [HEADING, ...Array.from({ length: 3 + upTo(roll, 12) }, (_, n) => rosterRow(n))]
  return rows.map((row, at) =>
    at === 0 ? row : row.map((cell) => (roll() < 0.15 ? (oneOf(roll, NASTY) as string | number) : cell)),
  )
}

/** As Excel writes it: what XML cannot say stands as `_x0000_`. */
const escaped = (text: string) =>
  text
    .replace(/[&<>"]/g, (it) => `&#${it.charCodeAt(0)};`)
    .replace(/[\p{Cc}\p{Cs}]/gu, (it) => `_x${it.charCodeAt(0).toString(16).padStart(4, '0')}_`)
const letters = (at: number): string =>
  (at < 26 ? '' : letters(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26))

const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const RELS = `<Relationships><Relationship Id="r1" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`
const BOOK = '<workbook><sheets><sheet name="名单" sheetId="1" r:id="r1"/></sheets></workbook>'

/** The XML of a sheet, with a hand in each cell. */
function sheetXml(rows: readonly (readonly Cell[])[], cell = plainCell, end = '') {
  const lines = rows.map((row, at) => {
    const cells = row.map((it, column) => cell(`${letters(column)}${at + 1}`, it)).join('')
    return `<row r="${at + 1}">${cells}</row>`
  })
  return `<worksheet><sheetData>${lines.join('')}</sheetData>${end}</worksheet>`
}

function plainCell(at: string, it: Cell) {
  return typeof it === 'number'
    ? `<c r="${at}"><v>${it}</v></c>`
    : `<c r="${at}" t="inlineStr"><is><t>${escaped(String(it ?? ''))}</t></is></c>`
}

const zipped = (sheet: string, over: Record<string, string> = {}) =>
  writeZip(
    Object.entries({
      '[Content_Types].xml': '<Types/>',
      'xl/workbook.xml': BOOK,
      'xl/_rels/workbook.xml.rels': RELS,
      'xl/worksheets/sheet1.xml': sheet,
      ...over,
    }).map(([name, text]) => ({ name, data: Buffer.from(text) })),
  )

/** Some bytes changed, or the end gone. */
function damaged(roll: Dice, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  if (roll() < 0.4) return copy.subarray(0, upTo(roll, copy.length))
  for (let n = 1 + upTo(roll, 60); n > 0; n--) copy[upTo(roll, copy.length)] = upTo(roll, 256)
  return copy
}

const noise = (roll: Dice, length: number) => Buffer.from(Array.from({ length }, () => upTo(roll, 256)))
const strings = (rows: Row[]) => rows.map((row) => row.map((it) => String(it ?? '').slice(0, 200)))
const csvOf = (rows: Row[]) =>
  strings(rows)
    .map((row) => row.join(','))
    .join('\r\n')

/** The ways in which files have been, or could be, broken; each makes one from the dice. */
export const WAYS: Record<string, (roll: Dice) => Promise<string>> = {
  'nasty cells': (roll) => zipped(sheetXml(rowsWith(roll))),
  'a zip that breaks off or is bent': async (roll) =>
    writeBytes(damaged(roll, await readFile(await zipped(sheetXml(rowsWith(roll))))), 'xlsx'),
  'a workbook of Excel, bent': (roll) =>
    writeBytes(damaged(roll, bookBytes([{ name: '名单', rows: strings(rowsWith(roll)) }], 'xlsx')), 'xlsx'),
  'XML that is none': (roll) => {
    const xml = sheetXml(rowsWith(roll))
    const at = upTo(roll, xml.length)
    return zipped(
      xml.slice(0, at) +
        oneOf(roll, ['<', '&', ']]>', '</row>', '\u0001', '<c r="A1">', '']) +
        xml.slice(at + 3),
    )
  },
  'a workbook part that is none': (roll) =>
    zipped(sheetXml(rowsWith(roll)), {
      [oneOf(roll, ['xl/workbook.xml', 'xl/_rels/workbook.xml.rels'])]: oneOf(roll, [
        '',
        '<',
        '<a/>',
        BOOK.slice(0, 30),
      ]),
    }),
  'an entity that grows': () =>
    zipped(
      '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>',
    ),
  'wrong types and places': (roll) =>
    zipped(
      sheetXml(rowsWith(roll), (at, it) => {
        const kind = oneOf(roll, ['', ' t="s"', ' t="e"', ' t="zz"', ' t="b"', ' t="d"', ' t="str"'])
        const place = roll() < 0.2 ? oneOf(roll, ['A1', 'ZZZ9', '', '1A', 'XFD1048576']) : at
        return `<c r="${place}"${kind}><v>${escaped(String(it ?? '').slice(0, 50))}</v></c>`
      }),
    ),
  'formulas with and without a result': (roll) =>
    zipped(
      sheetXml(rowsWith(roll), (at, it) =>
        roll() < 0.3
          ? `<c r="${at}" t="e"><f>1/0</f>${roll() < 0.5 ? '<v>#DIV/0!</v>' : ''}</c>`
          : plainCell(at, it),
      ),
    ),
  'rows that repeat and go back': (roll) =>
    zipped(
      sheetXml(rowsWith(roll)).replace(
        /<row r="\d+"/g,
        () => `<row r="${oneOf(roll, ['1', '2', '7', '-3', 'x', '9999999'])}"`,
      ),
    ),
  'merges of every kind': (roll) => {
    const ref = () => `${letters(upTo(roll, 12))}${1 + upTo(roll, 20)}`
    const merges = Array.from({ length: 40 }, () => `<mergeCell ref="${ref()}:${ref()}"/>`)
    return zipped(
      sheetXml(
        rowsWith(roll),
        plainCell,
        `<mergeCells>${merges.join('')}<mergeCell ref="A1:XFD1048576"/></mergeCells>`,
      ),
    )
  },
  'three hundred columns': (roll) =>
    zipped(
      sheetXml(
        rowsWith(roll).map((row, at) => [...row, ...Array.from({ length: 300 }, (_, n) => `${at}列${n}`)]),
      ),
    ),
  'headings that repeat': (roll) =>
    zipped(sheetXml(rowsWith(roll).map((row, at) => (at === 0 ? row.map(() => oneOf(roll, HEADING)) : row)))),
  'an empty sheet, or none': (roll) =>
    oneOf(roll, [
      () => zipped('<worksheet><sheetData/></worksheet>'),
      () => zipped('<worksheet/>'),
      () => zipped('', { 'xl/workbook.xml': '<workbook><sheets/></workbook>' }),
      () => zipped(sheetXml([HEADING])),
    ])(),
  'GBK, whole or bent': (roll) => {
    const bytes = inGbk(csvOf(rowsWith(roll)))
    return writeBytes(roll() < 0.5 ? damaged(roll, bytes) : bytes, 'csv')
  },
  'text with quotes that do not match': (roll) => {
    const text = csvOf(rowsWith(roll))
    const at = upTo(roll, text.length)
    return writeBytes(`${text.slice(0, at)},"${text.slice(at)}`, 'csv')
  },
  'an old workbook with nasty cells': (roll) =>
    writeBytes(bookBytes([{ name: 'a', rows: strings(rowsWith(roll)) }], 'biff8'), 'xls'),
  'an old workbook, bent': (roll) =>
    writeBytes(
      damaged(
        roll,
        bookBytes([{ name: 'a', rows: strings(rowsWith(roll)) }], oneOf(roll, ['biff8', 'biff5'])),
      ),
      'xls',
    ),
  'noise that begins like something': (roll) =>
    writeBytes(
      Buffer.concat([
        Buffer.from(
          oneOf(roll, ['d0cf11e0a1b11ae1', '504b0304', 'fffe', 'efbbbf', '0908', '3c3f786d6c', '']),
          'hex',
        ),
        noise(roll, 20 + upTo(roll, 3_000)),
      ]),
      'xls',
    ),
}

/** A broken file: the same seed gives the same one, and each way has its turn. */
export function brokenBook(seed: number) {
  const ways = Object.entries(WAYS)
  const [name, make] = ways[seed % ways.length] ?? ways[0] ?? []
  if (!make) throw new Error('There are ways')
  return { name: `${seed}: ${name}`, write: () => make(dice(seed * 7_919 + 1)) }
}
