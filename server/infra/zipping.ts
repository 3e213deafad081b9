import { crc32 } from 'node:zlib'

export interface ZipEntry {
  /** Unique in its archive; Chinese is fine. */
  name: string
  bytes: Buffer
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
/** Names are UTF-8. */
const UTF8 = 0x0800
/** 1 January 1980: an archive of the same files has the same bytes. */
const DAY = 0x0021

/**
 * An archive of files as they are, one after the other, for what is packed already: PDF and JPEG grow no smaller. Only one file is in
 * memory at a time. Without ZIP64: together less than 4 GB and 65,535 files.
 */
export async function* zipped(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>): AsyncGenerator<Buffer> {
  const central: Buffer[] = []
  let offset = 0
  for await (const { name, bytes } of entries) {
    const said = Buffer.from(name, 'utf8')
    const facts = factsOf(bytes, said.length)
    const head = Buffer.concat([u32(LOCAL), u16(20), facts, u16(0), said])
    central.push(
      Buffer.concat([
        ...[u32(CENTRAL), u16(20), u16(20), facts, u16(0), u16(0), u16(0), u16(0), u32(0)],
        ...[u32(offset), said],
      ]),
    )
    offset += head.length + bytes.length
    yield head
    yield bytes
  }
  const list = Buffer.concat(central)
  yield list
  const count = u16(central.length)
  yield Buffer.concat([u32(END), u16(0), u16(0), count, count, u32(list.length), u32(offset), u16(0)])
}

/** Flags, stored, time, day, sum, sizes, length of the name: the same in both places. */
const factsOf = (bytes: Buffer, nameLength: number) =>
  Buffer.concat([
    ...[u16(UTF8), u16(0), u16(0), u16(DAY), u32(crc32(bytes))],
    ...[u32(bytes.length), u32(bytes.length), u16(nameLength)],
  ])

function u16(value: number) {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
