import { textsIn } from './words'

/**
 * A letter has no tables: a row becomes a line, its cells parted by a wide space. On a phone the line breaks, and nobody finds the column's
 * head again: where a wide table has one, each cell says it itself. 七年级1班　集合地点：东门　发车时间：7:40
 */

/** What is merged over several rows is said again in each while it is as short as a heading. */
const MOST_REPEATED = 20
const GAP = '　'
const NOTHING = '—'
/** Up to two columns are understood without their heads. */
const FEWEST_LABELLED = 3
const LONGEST_LABEL = 10

export function flattenTables(body: HTMLElement) {
  // The inner ones first: then a cell holds lines.
  for (const table of [...body.querySelectorAll('table')].reverse()) {
    const lines = body.ownerDocument.createElement('div')
    lines.dataset.lines = ''
    if (table.caption) lines.append(lineOf([...table.caption.childNodes], body.ownerDocument))
    const rows = rowsOf(table)
    const labels = labelsOf(rows)
    if (labels) lines.append(...rows.slice(1).flatMap((row) => labelledLine(row, labels, body.ownerDocument)))
    else for (const row of rows) lines.append(...linesOf(row, body.ownerDocument))
    table.replaceWith(lines)
  }
}

interface Cell {
  cell: HTMLElement
  /** It was said in a row above. */
  isRepeated: boolean
}

/** The cells of each row, with those that reach down into it. */
function rowsOf(table: HTMLTableElement): Cell[][] {
  const reaching: { cell: HTMLTableCellElement; left: number }[] = []
  return [...table.rows].map((row) => {
    const line: Cell[] = []
    let column = 0
    const take = () => {
      for (let it = reaching[column]; it && it.left > 0; it = reaching[++column]) {
        it.left--
        if (line.at(-1)?.cell !== it.cell) line.push({ cell: it.cell, isRepeated: true })
      }
    }
    for (const cell of row.cells) {
      take()
      line.push({ cell, isRepeated: false })
      for (let at = 0; at < cell.colSpan; at++) reaching[column++] = { cell, left: cell.rowSpan - 1 }
    }
    take()
    return line
  })
}

const textIn = (it: Node) => (it.textContent ?? '').trim()
const isDeep = ({ cell }: Cell) => cell.querySelector('[data-lines],ul,ol') !== null

/** What the columns are called, where that is certain: a first row all in bold, and each cell below it one of a column. */
function labelsOf([head, ...rows]: readonly Cell[][]): string[] | null {
  if (!head || head.length < FEWEST_LABELLED || rows.length === 0) return null
  const labels = head.map(({ cell }) => textIn(cell).replace(/\s+/g, ''))
  const isHead = head.every(({ cell }, at) => {
    const label = labels[at] ?? ''
    return (
      label !== '' && label.length <= LONGEST_LABEL && isBold(cell) && !cell.matches('[colspan],[rowspan]')
    )
  })
  const isEven = rows.every((row) => row.length === head.length && !row.some(isDeep))
  return isHead && isEven ? labels : null
}

const isBold = (cell: HTMLElement) =>
  textsIn(cell)
    .filter((it) => it.data.trim() !== '')
    .every((it) => weighs(it.parentElement, cell))

const weighs = (it: HTMLElement | null, cell: HTMLElement): boolean =>
  it !== null &&
  (it.matches('th,b,strong') ||
    /^(bold|[6-9]00)$/.test(it.style.fontWeight) ||
    (it !== cell && weighs(it.parentElement, cell)))

function labelledLine(row: readonly Cell[], labels: readonly string[], doc: Document): HTMLElement[] {
  const said = row.flatMap((it, at) => {
    if (textIn(it.cell) === '' && !it.cell.querySelector('img')) return []
    const words = inlineOf(it, doc)
    if (at > 0) return [[`${labels[at] ?? ''}：`, ...words]]
    // What the row is about.
    const bold = doc.createElement('strong')
    bold.append(...words)
    return [[bold]]
  })
  if (said.length === 0) return []
  return [
    lineOf(
      said.flatMap((it, at) => [...(at > 0 ? [GAP] : []), ...it]),
      doc,
    ),
  ]
}

function linesOf(row: readonly Cell[], doc: Document): HTMLElement[] {
  const said = row.filter((it) => !it.isRepeated || (textIn(it.cell).length <= MOST_REPEATED && !isDeep(it)))
  const filled = said.filter(({ cell }) => textIn(cell) !== '' || cell.querySelector('img'))
  if (filled.every((it) => it.isRepeated)) return []
  // What only stands in a table to be framed, or is more than words, stays as it is written, one below the other.
  if (filled.length === 1 || filled.some(isDeep)) return filled.map(({ cell }) => blocksOf(cell, doc))
  const last = said.lastIndexOf(filled.at(-1) as Cell)
  return [
    lineOf(
      said.slice(0, last + 1).flatMap((it, at) => [...(at > 0 ? [GAP] : []), ...inlineOf(it, doc)]),
      doc,
    ),
  ]
}

function blocksOf(cell: HTMLElement, doc: Document) {
  const blocks = doc.createElement('div')
  blocks.append(...copyOf(cell).childNodes)
  return blocks
}

function lineOf(parts: (ChildNode | string)[], doc: Document) {
  const line = doc.createElement('p')
  line.append(...parts)
  return line
}

const copyOf = (cell: HTMLElement) => cell.cloneNode(true) as HTMLElement

/** The words of a cell in one line, bold and linked as they were. */
function inlineOf({ cell }: Cell, doc: Document): (ChildNode | string)[] {
  if (textIn(cell) === '') return [NOTHING]
  const words = copyOf(cell)
  for (const it of words.querySelectorAll('br')) it.replaceWith(' ')
  for (const it of [...words.querySelectorAll('p,div,section,h2')].reverse())
    it.replaceWith(' ', ...it.childNodes, ' ')
  words.normalize()
  trim(words)
  if (cell.tagName !== 'TH') return [...words.childNodes]
  const bold = doc.createElement('strong')
  bold.append(...words.childNodes)
  return [bold]
}

function trim(words: HTMLElement) {
  const texts = textsIn(words)
  for (const it of texts) it.data = it.data.replace(/\s+/g, ' ').replace(/(?<=[，。；：、！？]) /g, '')
  for (const it of texts) if ((it.data = it.data.trimStart()) !== '') break
  for (const it of texts.reverse()) if ((it.data = it.data.trimEnd()) !== '') break
}
