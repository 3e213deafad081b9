import { SaxesParser } from 'saxes'
import type { OfficeFormat } from '#contract/files'
import { FileRefused } from './kind.ts'

export const NOT_OFFICE = '这不是 Word、Excel 或 PPT 文件（docx、xlsx、pptx），请换一个文件'
export const DAMAGED = '这份文件不完整或者写法少见，请另存一份再加'
const MACRO = '文件里带有宏（程序），请另存为不带宏的 docx、xlsx 或 pptx，或者另存为 PDF 再加'
const OBJECT = '文件里嵌着别的程序做的东西，手机上打不开，请另存为 PDF 再加'
const OUTSIDE = '文件引用了外面的模板、图片或数据，请断开链接后另存，或者另存为 PDF 再加'
const LINK = '文件里有一个链接不是网页地址，请去掉它再存一次，或者另存为 PDF 再加'

/** What the main part of each kind says of itself; templates, shows and documents with macros say something else. */
const MAIN: Record<string, OfficeFormat> = {
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml': 'pptx',
}

/** A document within a document: the numbers behind a chart. It is looked through like the one that carries it. */
export const isPackage = (name: string) => /\/embeddings\/[^/]+\.(docx|xlsx|pptx)$/.test(name)

/** Refuses a part by its name alone. Names count without case, as the programs read them. */
export function checkName(name: string) {
  if (/vbaproject|vbadata|\/macrosheets\/|\/customui/.test(name)) throw new FileRefused(MACRO)
  if (/\/(activex|ctrlprops|controls)\//.test(name)) throw new FileRefused(OBJECT)
  if (/\/embeddings\//.test(name) && !isPackage(name)) throw new FileRefused(OBJECT)
  if (/\/(externallinks\/|connections\.xml|querytables\/)/.test(name)) throw new FileRefused(OUTSIDE)
}

/** What the parts of one document have said so far. */
export interface Found {
  formats: Set<OfficeFormat>
  /** The part that a program opens first. */
  main: string
}

type Attributes = Partial<Record<string, string>>

/** Reads a part as it is unpacked where it can say what the document is, fetches or runs; null where it cannot. */
export function readerOf(name: string, found: Found) {
  if (name === '[content_types].xml')
    return xmlReader({ open: (tag, said) => tag === 'override' && noteType(said, found) })
  if (name.endsWith('.rels'))
    return xmlReader({ open: (tag, said) => tag === 'relationship' && noteRelation(name, said, found) })
  if (/^word\/[^/]+\.xml$/.test(name)) return fieldReader()
  return null
}

/** What a type is usual for says nothing of what is there: some writers name types that no part has. */
function noteType({ contenttype = '' }: Attributes, { formats }: Found) {
  if (/macroenabled|vbaproject/i.test(contenttype)) throw new FileRefused(MACRO)
  const format = MAIN[contenttype]
  if (format) formats.add(format)
}

const MAY_LINK = /^(https?|mailto|tel):/i

function noteRelation(name: string, { type = '', target = '', targetmode = '' }: Attributes, found: Found) {
  const kind = type.split('/').at(-1)?.toLowerCase() ?? ''
  if (/vba|macrosheet|attachedtoolbars/.test(kind)) throw new FileRefused(MACRO)
  // Another format as a chunk of this one: a web page, for instance.
  if (/^(afchunk|control|activexcontrol.*)$/.test(kind)) throw new FileRefused(OBJECT)
  if (name === '_rels/.rels' && kind === 'officedocument')
    found.main = target.replace(/^\//, '').toLowerCase()
  if (targetmode.toLowerCase() !== 'external') return
  if (kind !== 'hyperlink') throw new FileRefused(OUTSIDE)
  const leadsOut = /^[a-z][a-z0-9+.-]*:/i.test(target) || /^[\\/]{2}/.test(target)
  if (leadsOut && !MAY_LINK.test(target)) throw new FileRefused(LINK)
}

const FETCHES = /^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE)\b/im
/** The orders of a long paper with a table of contents; longer ones hide something. */
const MOST_ORDERS = 2_000_000

/** A text gives its program orders in fields, cut into pieces as the program likes; some of them fetch or run. */
function fieldReader() {
  let isOrder = false
  let orders = ''
  const note = (said: string) => {
    orders += said
    if (orders.length > MOST_ORDERS) throw new FileRefused(DAMAGED)
  }
  return xmlReader({
    open(tag, { instr }) {
      isOrder = tag === 'instrtext'
      // A field begins anew; what stood before it is an order of its own.
      if (tag === 'fldchar' || instr) note(`\n${instr ?? ''}`)
    },
    text: (said) => void (isOrder && note(said)),
    close: () => void (isOrder = false),
    end() {
      if (FETCHES.test(orders)) throw new FileRefused(OUTSIDE)
    },
  })
}

interface Visitor {
  /** A tag and its attributes, without prefix and case. */
  open: (tag: string, said: Attributes) => unknown
  text?: (said: string) => void
  close?: () => void
  end?: () => void
}

/** Knows no entities and no declarations of its own kind, in UTF-8 alone: what a program reads is what is read here. */
function xmlReader({ open, text, close, end }: Visitor) {
  const parser = new SaxesParser({ xmlns: false, position: false })
  const plain = (name: string) => name.slice(name.indexOf(':') + 1).toLowerCase()
  const refuse = () => {
    throw new FileRefused(DAMAGED)
  }
  parser.on('opentag', ({ name, attributes }) =>
    open(plain(name), Object.fromEntries(Object.entries(attributes).map(([key, it]) => [plain(key), it]))),
  )
  parser.on('text', (said) => text?.(said))
  parser.on('cdata', (said) => text?.(said))
  parser.on('closetag', () => close?.())
  parser.on('doctype', refuse)
  parser.on('error', refuse)
  parser.on('xmldecl', ({ encoding }) => void (encoding && !/^utf-?8$/i.test(encoding) && refuse()))
  const decoder = new TextDecoder('utf-8')
  return {
    see: (chunk: Buffer) => void parser.write(decoder.decode(chunk, { stream: true })),
    end: () => {
      parser.write(decoder.decode()).close()
      end?.()
    },
  }
}
