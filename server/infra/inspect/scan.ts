import { createReadStream } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { FileRefused } from './kind.ts'

/** Looks for viruses in a file. Throws `FileRefused` when there is one, and any other error when nobody answered. */
export type Scan = (path: string) => Promise<void>

/** What daemons take by default; a film is encoded anew anyway, so its beginning is enough. */
const MOST_BYTES = 24_000_000
const SILENCE_MS = 30_000

/** Without a scanner nothing is scanned: types are checked, pictures and films are made anew all the same. */
export const openScan = (url: string | undefined): Scan => (url ? clamd(new URL(url)) : async () => undefined)

/** A ClamAV daemon over TCP, by its INSTREAM order. */
const clamd =
  ({ hostname, port }: URL): Scan =>
  async (path) => {
    const socket = connect({ host: hostname, port: Number(port || 3310) })
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('The virus scanner fell silent')))
    const answer = answerOf(socket)
    answer.catch(() => undefined)
    try {
      await send(socket, 'zINSTREAM\0')
      for await (const chunk of createReadStream(path, { end: MOST_BYTES - 1 }) as AsyncIterable<Buffer>) {
        await send(socket, length(chunk.length))
        await send(socket, chunk)
      }
      await send(socket, length(0))
      const said = await answer
      if (/ FOUND$/.test(said)) throw new FileRefused('这个文件里有病毒，已经删除，请先给电脑杀毒')
      if (!/: OK$/.test(said)) throw new Error(`The virus scanner said ${said}`)
    } finally {
      socket.destroy()
    }
  }

function length(bytes: number) {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(bytes)
  return head
}

const send = (socket: Socket, data: Buffer | string) =>
  new Promise<void>((resolve, reject) => {
    socket.write(data, (error) => (error ? reject(error) : resolve()))
  })

function answerOf(socket: Socket) {
  return new Promise<string>((resolve, reject) => {
    let said = ''
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
    socket.once('error', reject)
    socket.once('close', () =>
      said ? resolve(said.replace(/\0$/, '').trim()) : reject(new Error('The virus scanner hung up')),
    )
  })
}
