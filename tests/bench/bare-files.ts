import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

// Files from a folder and nothing else: what serving a film costs Node without a product around it.
const { DATA_DIR = '', PORT = '' } = process.env
const TYPES: Record<string, string> = { '.m3u8': 'application/vnd.apple.mpegurl', '.ts': 'video/mp2t' }

const server = createServer((request, response) => {
  const path = join(DATA_DIR, request.url ?? '/')
  const info = statSync(path, { throwIfNoEntry: false })
  if (!info?.isFile()) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? '', 'content-length': info.size })
  return createReadStream(path).pipe(response)
})
server.keepAliveTimeout = 65_000
server.listen(Number(PORT), '127.0.0.1')
process.once('SIGTERM', () => process.exit(0))
