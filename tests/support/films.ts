import { mkdtempSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { runTool } from '../../server/infra/video/run.ts'

/** A folder of its own under the system's. */
export const ownFolder = () => mkdtempSync(join(tmpdir(), 'jiaxiao-files-'))

const SAID = ['-v', 'error', '-y']

/** A real film of moving bars with a tone: five pictures a second keep it cheap to make. */
export async function makeFilm({ seconds = 14, size = '1280x720' } = {}) {
  const path = join(ownFolder(), 'film.mp4')
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=5:d=${seconds}`]
  const sound = ['-f', 'lavfi', '-i', `sine=d=${seconds}`]
  await runTool('ffmpeg', [
    ...SAID,
    ...picture,
    ...sound,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-c:a',
    'aac',
    path,
  ])
  return readFile(path)
}

export async function makeSound(seconds = 8) {
  const path = join(ownFolder(), 'sound.mp3')
  await runTool('ffmpeg', [...SAID, '-f', 'lavfi', '-i', `sine=d=${seconds}`, path])
  return readFile(path)
}

/** A photograph that says where it was taken. */
export const makePhoto = () =>
  sharp({ create: { width: 400, height: 300, channels: 3, background: '#88aa66' } })
    .withExif({ IFD0: { Make: 'SecretCamera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '28/1 40/1 0/1' } })
    .jpeg()
    .toBuffer()

/** A PDF of some pages, with further objects put in. */
export function makePdf({ pages = 2, extra = [] as (string | Buffer)[] } = {}) {
  const kids = Array.from({ length: pages }, (_, at) => `${at + 3} 0 R`).join(' ')
  const objects: (string | Buffer)[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`,
    ...Array.from({ length: pages }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>'),
    ...extra,
  ]
  const body = objects.map((it, at) =>
    Buffer.concat([Buffer.from(`${at + 1} 0 obj\n`), Buffer.from(it), Buffer.from('\nendobj\n')]),
  )
  return Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    ...body,
    Buffer.from('trailer << /Root 1 0 R >>\n%%EOF\n'),
  ])
}

/** A stream packed as PDF packs most. */
export const packedStream = (content: Buffer, dictionary = '') => {
  const packed = deflateSync(content)
  return Buffer.concat([
    Buffer.from(`<< /Filter /FlateDecode /Length ${packed.length} ${dictionary} >>\nstream\n`),
    packed,
    Buffer.from('\nendstream'),
  ])
}
