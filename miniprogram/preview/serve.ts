import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { parseArgs } from 'node:util'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
}

const { values } = parseArgs({
  options: {
    api: { type: 'string', default: 'http://127.0.0.1:3000' },
    port: { type: 'string', default: '3100' },
    folder: { type: 'string', default: 'dist/preview' },
  },
})

/** The built preview under /preview/; everything else is the backend's, so that both share one origin. */
const server = createServer((asked, answer) => {
  const { pathname } = new URL(asked.url ?? '/', 'http://preview')
  if (pathname === '/') return void answer.writeHead(302, { location: '/preview/' }).end()
  if (!pathname.startsWith('/preview/')) return passOn(asked, answer)
  const file = path.join(
    values.folder,
    path.normalize(decodeURIComponent(pathname.slice('/preview/'.length))) || 'index.html',
  )
  const found = existsSync(file) && statSync(file).isDirectory() ? path.join(file, 'index.html') : file
  if (!existsSync(found)) return void answer.writeHead(404).end()
  answer.writeHead(200, {
    'content-type': TYPES[path.extname(found)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
  })
  createReadStream(found).pipe(answer)
})

function passOn(asked: IncomingMessage, answer: ServerResponse) {
  const { method, headers, url } = asked
  const passed = forward(new URL(url ?? '/', values.api), { method, headers }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(answer)
  })
  passed.on('error', () => answer.writeHead(502).end())
  asked.pipe(passed)
}

server.listen(Number(values.port), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${values.port}/preview/ → ${values.api}\n`)
})
