import { open } from 'node:fs/promises'
import { fileTypeFromFile } from 'file-type'

/** The file is not what it should be; the sentence is for the person who chose it. */
export class FileRefused extends Error {}

/** `document` is known by what it holds, not by its first bytes: see `inspectOffice`. */
export type FileKind = 'video' | 'audio' | 'image' | 'pdf'

/** By what stands in the first bytes, never by the name. */
const TYPES: Record<FileKind, readonly string[]> = {
  video: [
    'video/mp4',
    'video/quicktime',
    'video/webm',
    'video/matroska',
    'video/x-matroska',
    'video/vnd.avi',
    'video/x-msvideo',
    'video/avi',
    'video/3gpp',
    'video/3gpp2',
    'video/x-m4v',
    'video/mp2t',
  ],
  // What a phone records as sound often says of itself that it is a film; the probe looks for the sound.
  audio: [
    'audio/mpeg',
    'audio/mp4',
    'audio/x-m4a',
    'audio/aac',
    'audio/wav',
    'audio/vnd.wave',
    'audio/ogg',
    'audio/flac',
    'audio/x-flac',
    'video/mp4',
    'video/3gpp',
  ],
  image: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
  pdf: ['application/pdf'],
}

const WANTED: Record<FileKind, string> = {
  video: '这不是视频，请选择 MP4、MOV 或 WebM 文件',
  audio: '这不是音频，请选择 MP3、M4A 或 WAV 文件',
  image: '这不是图片，请选择 JPG、PNG 或 WebP 图片',
  pdf: '这不是 PDF，请先把文件另存为 PDF 再上传',
}

/** Whether a file is of a kind, whatever its name says. Throws `FileRefused` with what to choose instead. */
export async function checkKind(path: string, kind: FileKind) {
  const type = await fileTypeFromFile(path)
  if (kind === 'image' && (type?.mime === 'image/heic' || type?.mime === 'image/heif')) {
    throw new FileRefused('这是苹果手机的 HEIC 照片，请先存成 JPG 再上传')
  }
  if (!type || !TYPES[kind].includes(type.mime)) throw new FileRefused(WANTED[kind])
  // Some readers look for a PDF anywhere in the first kilobyte: what stands before it could be another format.
  if (kind === 'pdf' && (await headOf(path)) !== '%PDF-') throw new FileRefused(WANTED.pdf)
}

async function headOf(path: string) {
  const file = await open(path)
  const { buffer } = await file.read({ buffer: Buffer.alloc(5) }).finally(() => file.close())
  return buffer.toString('latin1')
}
