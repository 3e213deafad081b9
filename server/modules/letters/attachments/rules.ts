import type { Attachment } from '#contract/letters'

export const MOST_ATTACHMENTS = 9

/** The name a file is offered under: with the ending of what it is, whatever it was called. */
export function nameOf(name: string, kind: Attachment['kind']) {
  const ending = kind === 'pdf' ? '.pdf' : '.jpg'
  const stem = name.replace(/\.[A-Za-z0-9]{1,5}$/, '') || '附件'
  return `${stem.slice(0, 80)}${ending}`
}
