import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Page, chromium } from 'playwright-core'
import {
  type LessonPlan,
  type Slide,
  THEMES,
  programmeDirs,
  readLessonPlans,
  readSlides,
} from '../../content/schema.ts'
import { findChromium } from '../infra/engines/chromium.ts'

// Builds every lesson's poster, and film and subtitles of the video lessons, from slides.json. The results are committed,
// so that nobody needs ffmpeg to run the product. One programme, one lesson, or all of them:
// `node server/scripts/videos.ts [grade1 | grade1/01-first-month …]`

const FRAMES_A_SECOND = 15
/** A film has to start at once on a phone in the underground. */
const MOST_BYTES = 2 * 1024 * 1024

const say = (line: string) => void process.stderr.write(`${line}\n`)

type Arts = Record<string, string>

function readArts(): Arts {
  const dir = 'content/courses/art'
  return Object.fromEntries(
    readdirSync(dir).map((name) => [path.parse(name).name, readFileSync(path.join(dir, name), 'utf8')]),
  )
}

async function findFfmpeg(): Promise<string> {
  if (spawnSync('ffmpeg', ['-version']).status === 0) return 'ffmpeg'
  try {
    const { default: installer } = (await import('@ffmpeg-installer/ffmpeg')) as { default: { path: string } }
    return installer.path
  } catch (cause) {
    throw new Error('没有可用的 ffmpeg：请安装它（Debian：apt install ffmpeg），然后重试。', { cause })
  }
}

/** H.264 and AAC in the shape that every phone plays; the index comes first, so that playing starts while loading. */
function encoder(ffmpeg: string, file: string) {
  const frames = ['-f', 'image2pipe', '-c:v', 'mjpeg', '-r', String(FRAMES_A_SECOND), '-i', '-']
  const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=44100:cl=mono', '-c:a', 'aac', '-b:a', '16k', '-shortest']
  const picture = ['-c:v', 'libx264', '-profile:v', 'main', '-level', '3.1', '-pix_fmt', 'yuv420p']
  // Key frames are what a still picture weighs most; one in ten seconds is enough to resume anywhere.
  const size = ['-preset', 'medium', '-tune', 'animation', '-crf', '27', '-g', String(FRAMES_A_SECOND * 10)]
  const args = ['-y', '-loglevel', 'error', ...frames, ...silence, ...picture, ...size]
  return spawn(ffmpeg, [...args, '-movflags', '+faststart', '-map_metadata', '-1', file], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
}

async function film(page: Page, ffmpeg: string, slides: Slide[], arts: Arts, file: string): Promise<void> {
  await page.evaluate(`load(${JSON.stringify(slides)}, ${JSON.stringify(arts)})`)
  const ffmpegProcess = encoder(ffmpeg, file)
  const ended = once(ffmpegProcess, 'close')
  const count = total(slides) * FRAMES_A_SECOND
  let frame: Buffer = Buffer.alloc(0)
  let last = ''
  for (let at = 0; at < count; at += 1) {
    const state = await page.evaluate<string>(`show(${at / FRAMES_A_SECOND})`)
    if (state !== last) frame = await page.screenshot({ type: 'jpeg', quality: 96 })
    last = state
    if (!ffmpegProcess.stdin.write(frame)) await once(ffmpegProcess.stdin, 'drain')
  }
  ffmpegProcess.stdin.end()
  const [code] = (await ended) as [number]
  if (code !== 0) throw new Error(`ffmpeg 没有做成 ${file}`)
}

const total = (slides: Slide[]) => slides.reduce((sum, { seconds }) => sum + seconds, 0)

const clock = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 23)

function captions(slides: Slide[]): string {
  const cues = slides.map(({ title, lines, caption, seconds }, at) => {
    const from = total(slides.slice(0, at))
    return `${at + 1}\n${clock(from)} --> ${clock(from + seconds)}\n${title}\n${lines.join('\n')}\n${caption}`
  })
  return `WEBVTT\n\n${cues.join('\n\n')}\n`
}

async function poster(page: Page, lesson: LessonPlan, number: number, arts: Arts): Promise<void> {
  const words = { title: lesson.title, theme: THEMES[lesson.theme], number, video: lesson.kind === 'video' }
  await page.evaluate(`poster(${JSON.stringify(words)}, ${JSON.stringify(arts[lesson.art])})`)
  await page.screenshot({ type: 'jpeg', quality: 86, path: path.join(lesson.dir, lesson.poster) })
}

async function video(page: Page, ffmpeg: string, lesson: LessonPlan, arts: Arts): Promise<void> {
  if (!lesson.video) return
  const slides = readSlides(lesson.dir)
  if (total(slides) !== lesson.video.seconds) {
    throw new Error(
      `${lesson.dir}：slides.json 共 ${total(slides)} 秒，lesson.json 写的是 ${lesson.video.seconds} 秒`,
    )
  }
  const file = path.join(lesson.dir, lesson.video.file)
  await film(page, ffmpeg, slides, arts, file)
  writeFileSync(path.join(lesson.dir, lesson.video.captions), captions(slides))
  const { size } = statSync(file)
  if (size > MOST_BYTES) throw new Error(`${file} 有 ${size} 字节，超过了 2 MB`)
  say(`${file}：${lesson.video.seconds} 秒，${Math.round(size / 1024)} KB`)
}

/** Named by its folder, with or without that of its programme, or by its programme; nothing named is everything. */
const isWanted = (dir: string, wanted: string[]) =>
  wanted.length === 0 ||
  wanted.some((it) => [dir, path.dirname(dir)].some((one) => `/${one}`.endsWith(`/${it}`)))

async function main(wanted: string[]): Promise<void> {
  const arts = readArts()
  const ffmpeg = await findFfmpeg()
  const browser = await chromium.launch({ executablePath: await findChromium(say), args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await page.goto(`file://${path.resolve('content/courses/film.html')}`)
    await page.evaluate(
      "Promise.all(['400 20px page', '700 20px page'].map((font) => document.fonts.load(font, '家')))",
    )
    for (const programme of programmeDirs()) {
      for (const [at, lesson] of readLessonPlans(programme).entries()) {
        if (!isWanted(lesson.dir, wanted)) continue
        await poster(page, lesson, at + 1, arts)
        await video(page, ffmpeg, lesson, arts)
      }
    }
  } finally {
    await browser.close()
  }
}

await main(process.argv.slice(2))
