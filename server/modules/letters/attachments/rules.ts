import type { Attachment } from '#contract/letters'

export const MOST_ATTACHMENTS = 9

/** How a file is served; a picture was drawn anew. */
export const MIME = {
  pdf: 'application/pdf',
  image: 'image/jpeg',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
} as const satisfies Record<Attachment['kind'], string>

/** The name a file is offered under: with the ending of what it is, whatever it was called. */
export function nameOf(name: string, kind: Attachment['kind']) {
  const ending = kind === 'image' ? '.jpg' : `.${kind}`
  const stem = name.replace(/\.[A-Za-z0-9]{1,5}$/, '') || '附件'
  return `${stem.slice(0, 80)}${ending}`
}
