import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'

export const FOLDER = 'docs/pictures'
/** A page of the guide has to open on a phone with a weak network. */
export const MOST_BYTES = 150_000

const SCALE = 1.5
const QUALITIES = [86, 80, 72, 64, 54, 44]

/** A screenshot, and the width it gets in the picture. */
export interface Part {
  png: Buffer
  width: number
  /** What stands below it. */
  caption?: string
}

const frame = ({ png, width, caption }: Part) => `
  <figure style="width:${width}px">
    <img src="data:image/png;base64,${png.toString('base64')}">
    ${caption ? `<figcaption>${caption}</figcaption>` : ''}
  </figure>`

const sheet = (parts: Part[]) => `<!doctype html><html lang="zh-CN"><style>
  body { margin: 0; display: inline-flex; gap: 24px; padding: 24px; align-items: center; background: #e9eee9;
    font: 15px/1.6 "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; color: #1f2a24 }
  figure { margin: 0 }
  img { display: block; width: 100%; border-radius: 14px; box-shadow: 0 1px 2px #1f2a2426, 0 8px 24px #1f2a241f }
  figcaption { margin-top: 10px; text-align: center }
</style><body>${parts.map(frame).join('')}</body></html>`

/** Lays screenshots side by side on one sheet and keeps it as WebP, as sharp as its size allows. */
export async function keep(browser: Browser, name: string, parts: Part[]): Promise<number> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    deviceScaleFactor: SCALE,
  })
  try {
    const page = await context.newPage()
    await page.setContent(sheet(parts), { waitUntil: 'load' })
    const picture = sharp(await page.locator('body').screenshot())
    for (const quality of QUALITIES) {
      const bytes = await picture.clone().webp({ quality, effort: 6 }).toBuffer()
      if (bytes.length > MOST_BYTES) continue
      await mkdir(FOLDER, { recursive: true })
      await writeFile(join(FOLDER, `${name}.webp`), bytes)
      return bytes.length
    }
  } finally {
    await context.close()
  }
  throw new Error(`${name} does not fit into ${MOST_BYTES} bytes`)
}
