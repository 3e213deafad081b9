import { readFile } from 'node:fs/promises'
import exceljs from 'exceljs'
import { expect, it } from 'vitest'
import type { OfficeFormat } from '#contract/files'
import { inspectOffice } from '../../server/infra/inspect/office.ts'
import { makePdf } from '../support/films.ts'
import { makeOffice, relationsOf, zipOf } from '../support/office.ts'
import { bookBytes, writeBytes } from '../support/sheets.ts'

const outcome = async (bytes: Buffer | Promise<Buffer>) =>
  inspectOffice(await writeBytes(await bytes, 'docx')).then(
    ({ format }) => format,
    (error: Error) => error.message,
  )

const outside = (kind: string, target: string) => [{ kind, target, isOutside: true }]
const field = (...pieces: string[]) =>
  `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>${pieces.map((it) => `<w:r><w:instrText>${it}</w:instrText></w:r>`).join('')}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`

it.each<OfficeFormat>(['docx', 'xlsx', 'pptx'])(
  'knows a %s by what it holds, not by its name',
  async (format) => {
    expect(await outcome(makeOffice(format))).toBe(format)
  },
)

it('takes what offices really have', async () => {
  const book = new exceljs.Workbook()
  book.addWorksheet('名单').addRow(['张三', { text: '学校', hyperlink: 'https://example.edu.cn' }])
  const chart = await makeOffice('xlsx')
  expect(
    await Promise.all([
      outcome(book.xlsx.writeBuffer().then((it) => Buffer.from(it))),
      outcome(bookBytes([{ name: '名单', rows: [['张三']] }], 'xlsx')),
      outcome(makeOffice('pptx', { parts: { 'ppt/embeddings/Microsoft_Excel_Sheet1.xlsx': chart } })),
      outcome(makeOffice('docx', { relations: outside('hyperlink', 'https://x.cn/DDE?LINK') })),
      outcome(
        makeOffice('docx', {
          body: field(' TOC \\o "1-3" ', '\\h') + field(' HYPERLINK "https://x.cn/a LINK" '),
        }),
      ),
    ]),
  ).toEqual(['xlsx', 'xlsx', 'pptx', 'docx', 'docx'])
})

const MACRO = /宏/
const OBJECT = /别的程序/
const OUTSIDE = /外面的模板/
const NOT_OFFICE = /这不是 Word/
const ODD = /不完整或者写法少见/
const BOMB = Buffer.alloc(30_000_000, ' ')

/** What comes under the name of a document (S7), and what its sender is told. */
const HOSTILE: [what: string, make: () => Buffer | Promise<Buffer>, said: RegExp][] = [
  ['an archive called docx', () => zipOf([['a.txt', 'words']]), NOT_OFFICE],
  [
    'a phone’s program called docx',
    () =>
      zipOf([
        ['AndroidManifest.xml', ''],
        ['classes.dex', 'dex'],
      ]),
    NOT_OFFICE,
  ],
  ['a PDF called docx', () => makePdf(), NOT_OFFICE],
  ['a web page called docx', () => Buffer.from('<html><script>alert(1)</script>'), NOT_OFFICE],
  [
    'a web page before a document',
    async () => Buffer.concat([Buffer.from('<script>'), await makeOffice('docx')]),
    NOT_OFFICE,
  ],
  [
    'something behind a document',
    async () => Buffer.concat([await makeOffice('docx'), Buffer.from('<script>')]),
    NOT_OFFICE,
  ],
  [
    'a document of two kinds',
    () =>
      makeOffice('docx', {
        parts: {
          '[Content_Types].xml':
            '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/xl/a.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        },
      }),
    NOT_OFFICE,
  ],
  [
    'a document without its text',
    () =>
      makeOffice('docx', {
        parts: { '_rels/.rels': relationsOf([{ kind: 'officeDocument', target: 'word/other.xml' }]) },
      }),
    NOT_OFFICE,
  ],
  [
    'docm called docx',
    () => makeOffice('docx', { type: 'application/vnd.ms-word.document.macroEnabled.main+xml' }),
    MACRO,
  ],
  ['a program in a docx', () => makeOffice('docx', { parts: { 'word/VBAProject.bin': 'x' } }), MACRO],
  [
    'a program of Excel 4',
    () => makeOffice('xlsx', { parts: { 'xl/macrosheets/sheet1.xml': '<a/>' } }),
    MACRO,
  ],
  [
    'a program in the numbers of a chart',
    async () =>
      makeOffice('pptx', {
        parts: { 'ppt/embeddings/a.xlsx': await makeOffice('xlsx', { parts: { 'xl/vbaProject.bin': 'x' } }) },
      }),
    MACRO,
  ],
  [
    'a template',
    () =>
      makeOffice('docx', {
        type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml',
      }),
    NOT_OFFICE,
  ],
  [
    'an object of another program',
    () => makeOffice('docx', { parts: { 'word/embeddings/oleObject1.bin': 'x' } }),
    OBJECT,
  ],
  ['a control', () => makeOffice('docx', { parts: { 'word/activeX/activeX1.xml': '<a/>' } }), OBJECT],
  [
    'a web page within',
    () => makeOffice('docx', { relations: [{ kind: 'aFChunk', target: 'afchunk.mht' }] }),
    OBJECT,
  ],
  [
    'a template from elsewhere',
    () => makeOffice('docx', { relations: outside('attachedTemplate', 'http://evil.example/a.dotm') }),
    OUTSIDE,
  ],
  [
    'the same, hidden by entities',
    () =>
      makeOffice('docx', {
        parts: {
          'word/_rels/settings.xml.rels': relationsOf(outside('attachedTemplate', 'http://e.cn/a')).replace(
            'External',
            '&#69;xternal',
          ),
        },
      }),
    OUTSIDE,
  ],
  [
    'a picture from elsewhere',
    () => makeOffice('docx', { relations: outside('image', '\\\\evil\\a.png') }),
    OUTSIDE,
  ],
  [
    'numbers from elsewhere',
    () => makeOffice('xlsx', { parts: { 'xl/externalLinks/externalLink1.xml': '<a/>' } }),
    OUTSIDE,
  ],
  [
    'a link that opens a program',
    () => makeOffice('docx', { relations: outside('hyperlink', 'ms-msdt:/id') }),
    /不是网页地址/,
  ],
  [
    'a link to another machine',
    () => makeOffice('docx', { relations: outside('hyperlink', '\\\\evil\\share') }),
    /不是网页地址/,
  ],
  [
    'an order in pieces',
    () => makeOffice('docx', { body: field(' DD', 'EAU', 'TO c:\\\\cmd.exe ') }),
    OUTSIDE,
  ],
  [
    'an order in a word',
    () => makeOffice('docx', { body: '<w:p><w:fldSimple w:instr="includetext http://e.cn/a"/></w:p>' }),
    OUTSIDE,
  ],
  [
    'entities of its own',
    () => makeOffice('docx', { parts: { 'word/document.xml': '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>' } }),
    ODD,
  ],
  [
    'another alphabet',
    () =>
      makeOffice('docx', { parts: { '_rels/.rels': Buffer.from(`\ufeff${relationsOf([])}`, 'utf16le') } }),
    ODD,
  ],
  ['a name that leads out', () => makeOffice('docx', { parts: { '../../etc/passwd': 'x' } }), ODD],
  ['a name with a drive', () => makeOffice('docx', { parts: { 'C:\\a.exe': 'x' } }), ODD],
  [
    'a part that comes twice',
    () =>
      zipOf([
        ['word/document.xml', '<a/>'],
        ['Word/Document.xml', '<b/>'],
      ]),
    ODD,
  ],
  ['a bomb', () => makeOffice('docx', { parts: { 'word/media/a.emf': BOMB } }), /展开后过大/],
  ['a file that breaks off', async () => (await makeOffice('docx')).subarray(0, 500), NOT_OFFICE],
]

it.each(HOSTILE)('refuses %s (S7)', async (_, make, said) => {
  expect(await outcome(make())).toMatch(said)
})

it('says how to save an old file anew, and what to do with a locked one', async () => {
  const old = bookBytes([{ name: '名单', rows: [['张三']] }], 'biff8')
  expect(await outcome(old)).toMatch(/旧版.*另存为/)
  expect(await outcome(Buffer.concat([old, Buffer.from('EncryptedPackage', 'utf16le')]))).toMatch(/打开密码/)
  // An old document called docx is an old document.
  expect(await outcome(readFile(await writeBytes(old, 'docx')))).toMatch(/旧版/)
})
