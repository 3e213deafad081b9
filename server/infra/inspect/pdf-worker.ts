import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { inflateSync, constants } from 'node:zlib'
import type { FromInspector } from './apart.ts'
import { FileRefused } from './kind.ts'

/** A lesson's paper, not a book. */
const MOST_PAGES = 300
const MOST_STREAMS = 50_000
/** A scanned page of A4 in colour at 300 dpi is 26 MB; a bomb is a few kilobytes that unpack to gigabytes. */
const MOST_OF_ONE = 100_000_000
const MOST_OF_ALL = 600_000_000

const DAMAGED = '这份 PDF 不完整或者已经损坏，请重新导出后再上传'
const BOMB = '这份 PDF 展开后过大，可能有问题，已拒绝接收'
const UNUSUAL = '这份 PDF 的写法少见，请用浏览器“打印为 PDF”重新存一份'

/** What a paper to read has no need of, with the reason a person is given. */
const FORBIDDEN: [RegExp, string][] = [
  [/\/(JavaScript|JS)(?![A-Za-z])/, '这份 PDF 里带有程序，请用浏览器“打印为 PDF”重新存一份'],
  [
    /\/(Launch|RichMedia|ImportData|SubmitForm)(?![A-Za-z])/,
    '这份 PDF 会打开别的程序，请用浏览器“打印为 PDF”重新存一份',
  ],
  [/\/EmbeddedFiles?(?![A-Za-z])/, '这份 PDF 里夹带了别的文件，请去掉附件后再上传'],
  [/\/Encrypt(?![A-Za-z])/, '这份 PDF 设了密码或限制，请去掉后再上传'],
]

/** Names may be written in hex so that a search does not find them: `/J#61vaScript`. */
const plainNames = (text: string) =>
  text.replace(/#([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

function inspect(bytes: Buffer) {
  const text = bytes.toString('latin1')
  if (!text.startsWith('%PDF-') || !text.slice(-2_048).includes('%%EOF')) throw new FileRefused(DAMAGED)
  let pages = look(outsideStreams(text))
  let total = 0
  let streams = 0
  for (const { dictionary, from, to } of streamsOf(text)) {
    if (++streams > MOST_STREAMS) throw new FileRefused(BOMB)
    const unpacked = unpack(bytes.subarray(from, to), plainNames(dictionary))
    total += unpacked.length
    if (total > MOST_OF_ALL) throw new FileRefused(BOMB)
    // Objects may stand packed together; the pages of most new files do.
    if (/\/ObjStm(?![A-Za-z])/.test(plainNames(dictionary))) pages += look(unpacked.toString('latin1'))
  }
  if (pages === 0) throw new FileRefused(DAMAGED)
  if (pages > MOST_PAGES) throw new FileRefused(`这份 PDF 超过${MOST_PAGES}页，请分成几份上传`)
  return { pages }
}

/** Refuses what is forbidden and counts the pages in some objects. */
function look(objects: string) {
  const plain = plainNames(objects)
  for (const [sign, why] of FORBIDDEN) if (sign.test(plain)) throw new FileRefused(why)
  return plain.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0
}

const STREAM = /stream\r?\n/g

function* streamsOf(text: string) {
  STREAM.lastIndex = 0
  for (let found = STREAM.exec(text); found; found = STREAM.exec(text)) {
    const from = found.index + found[0].length
    const end = text.indexOf('endstream', from)
    const to = end < 0 ? text.length : end
    const begin = Math.max(text.lastIndexOf(' obj', found.index), text.lastIndexOf('\nobj', found.index), 0)
    yield {
      dictionary: text.slice(Math.max(begin, found.index - 4_096), found.index),
      from,
      to,
      start: found.index,
    }
    STREAM.lastIndex = to + 'endstream'.length
  }
}

function outsideStreams(text: string) {
  let at = 0
  const parts: string[] = []
  for (const { start, to } of streamsOf(text)) {
    parts.push(text.slice(at, start))
    at = to
  }
  return [...parts, text.slice(at)].join('\n')
}

/** What a stream holds; only the common packing is unpacked, and what is packed twice or oddly is refused. */
function unpack(packed: Buffer, dictionary: string): Buffer {
  const filters =
    dictionary.match(
      /\/(FlateDecode|Fl|LZWDecode|LZW|ASCII85Decode|A85|ASCIIHexDecode|AHx|RunLengthDecode|RL|DCTDecode|DCT|JPXDecode|CCITTFaxDecode|CCF|JBIG2Decode|Crypt)(?![A-Za-z0-9])/g,
    ) ?? []
  if (!filters.some((it) => /^\/Fl/.test(it))) return packed
  if (
    filters.length > 2 ||
    !/^\/Fl/.test(filters[0] ?? '') ||
    /^\/(Fl|LZW|RL|RunLength)/.test(filters[1] ?? '')
  ) {
    throw new FileRefused(UNUSUAL)
  }
  try {
    return inflateSync(packed, { maxOutputLength: MOST_OF_ONE, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw new FileRefused(BOMB)
    throw new FileRefused(DAMAGED)
  }
}

let said: FromInspector<{ pages: number }>
try {
  said = inspect(readFileSync((workerData as { path: string }).path))
} catch (error) {
  said = { refused: error instanceof FileRefused ? error.message : DAMAGED }
}
parentPort?.postMessage(said)
