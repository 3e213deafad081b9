import sharp from 'sharp'
import { FileRefused } from './kind.ts'

/** A photograph of 50 million pixels is larger than any phone's; a bomb of a few kilobytes unpacks to more. */
const MOST_PIXELS = 50_000_000
/** Sharp on every phone, and light on a slow line. */
const LONGEST_SIDE = 2_048

/**
 * Draws a picture anew as JPEG: place, camera and whatever else was hidden in the file stay behind, and so does what
 * was glued to its end.
 */
export async function redraw(source: string, target: string) {
  try {
    const { width, height } = await sharp(source, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .rotate()
      .resize(LONGEST_SIDE, LONGEST_SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 82, mozjpeg: true })
      .toFile(target)
    return { width, height }
  } catch (error) {
    const isLarge = error instanceof Error && /pixel limit/i.test(error.message)
    throw new FileRefused(
      isLarge ? '图片太大了，请先缩小到5000万像素以内' : '图片不完整或者已经损坏，请换一张',
    )
  }
}
