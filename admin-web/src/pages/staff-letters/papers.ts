import { authorised, Problem } from '../../api/call'

const MOST_BYTES = 10 * 1024 ** 2

export interface Paper {
  id: string
  name: string
}

/** Sends a stamped report, as PDF or as a picture of it, and gives its number. */
export async function sendPaper(letterId: string, file: File): Promise<Paper> {
  const isPdf = file.type === 'application/pdf' || /\.pdf$/i.test(file.name)
  if (!isPdf && !file.type.startsWith('image/'))
    throw new Problem('invalid', '请选 PDF 或照片；Word 文件请先另存为 PDF', 0)
  if (file.size > MOST_BYTES) throw new Problem('too_large', '一个文件最大10 MB，请压缩后再传', 0)
  const requestId = `paper-${crypto.getRandomValues(new Uint32Array(3)).join('-')}`
  const query = `requestId=${requestId}&kind=${isPdf ? 'pdf' : 'image'}&name=${encodeURIComponent(file.name)}`
  const answer = await authorised(`/api/me/staff-letters/${letterId}/papers?${query}`, undefined, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: file,
  })
  return (await answer.json()) as Paper
}
