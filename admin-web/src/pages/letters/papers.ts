import { authorised } from '../../api/call'

/** Makes a photo small enough to send, drawn anew from its pixels; what cannot be drawn is sent as it is, and refused in words. */
async function shrunk(file: File): Promise<Blob> {
  const most = 2000
  const picture = await createImageBitmap(file).catch(() => null)
  if (!picture) return file
  const scale = Math.min(1, most / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob((it) => resolve(it ?? file), 'image/jpeg', 0.8))
}

/** The same photo sent twice is one photo. */
export const newRequestId = () => `paper-${crypto.getRandomValues(new Uint32Array(3)).join('-')}`

/** Sends the photo of a paper and gives its number. */
export async function sendPaper(
  at: { letterId: string; classId: string; studentId: string },
  file: File,
  requestId: string,
) {
  const url = `/api/letters/${at.letterId}/sheets/${at.classId}/papers/${at.studentId}?request=${requestId}`
  const headers = { 'content-type': 'application/octet-stream' }
  const answer = await authorised(url, undefined, { method: 'POST', headers, body: await shrunk(file) })
  return ((await answer.json()) as { id: string }).id
}
