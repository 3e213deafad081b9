import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Stream {
  id: string
  title: string
  isOver: boolean
  /** How often the recording is asked for before it is done. */
  waits: number
}

/**
 * A live service over HTTP, as docs/decisions/0016-live-class.md describes it, with the errors such services really give: a wrong
 * key, too many streams, an answer that does not come, one that nobody can read, a recording that takes its time or never comes.
 */
export async function startLiveSimulator({ port, key, film }: { port: number; key: string; film: string }) {
  const streams = new Map<string, Stream>()
  const control = {
    /** What the next requests are answered with, one after the other. */
    troubles: [] as (number | 'silence' | 'nonsense')[],
    recording: 'ready' as 'ready' | 'none' | 'gone',
    waits: 0,
    asked: [] as string[],
    streams,
  }

  function answer(request: IncomingMessage, response: ServerResponse) {
    const { method = '', url = '' } = request
    if (url === '/film.mp4') return void createReadStream(film).pipe(response)
    control.asked.push(`${method} ${url}`)
    const trouble = control.troubles.shift()
    if (trouble === 'silence') return void request.socket.destroy()
    if (trouble === 'nonsense') return void response.end('<html>502 Bad Gateway</html>')
    if (trouble) return send(response, trouble, { error: 'as asked for' })
    if (request.headers.authorization !== `Bearer ${key}`) return send(response, 401, { error: 'key' })
    const [, classId, deed] = /^\/streams\/(\w+)(?:\/(\w+))?$/.exec(url) ?? []
    if (method === 'PUT' && classId) return open(classId, response)
    const stream = streams.get(classId ?? '')
    if (!stream) return send(response, 404, { error: 'no such stream' })
    if (method === 'POST' && deed === 'end') {
      stream.isOver = true
      return send(response, 200, {})
    }
    recorded(stream, response)
  }

  function open(classId: string, response: ServerResponse) {
    const id = `s${classId}`
    if (!streams.has(id)) streams.set(id, { id, title: classId, isOver: false, waits: control.waits })
    send(response, 200, { id, pushUrl: `rtmp://push.test/${id}`, playUrl: `${origin()}/hls/${id}.m3u8` })
  }

  function recorded(stream: Stream, response: ServerResponse) {
    if (control.recording === 'none') return send(response, 200, { state: 'none', url: null })
    if (!stream.isOver || stream.waits-- > 0) return send(response, 200, { state: 'working', url: null })
    const name = control.recording === 'gone' ? 'nothing.mp4' : 'film.mp4'
    send(response, 200, { state: 'ready', url: `${origin()}/${name}` })
  }

  const server = createServer((request, response) => {
    // The body says the title, which nobody here needs.
    request.resume().on('end', () => answer(request, response))
  })
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    url: origin(),
    control,
    stop: () => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done()))),
  }
}

function send(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
