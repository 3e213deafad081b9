import { type Schema, Slice } from '@tiptap/pm/model'
import StarterKit from '@tiptap/starter-kit'
import { docOf } from './letter-doc'
import { BlankChip, filledChips, Picture, Spacing, ToFillChip } from './letter-nodes'

/** All that a letter's editor knows; whatever else is pasted becomes words. */
export const letterExtensions = (mayLead: (link: string) => boolean, valueOf: (blank: string) => string) => [
  StarterKit.configure({
    ...{ italic: false, strike: false, code: false, codeBlock: false, underline: false },
    ...{ horizontalRule: false, blockquote: false },
    heading: { levels: [2] },
    link: { openOnClick: false, autolink: false, linkOnPaste: false, isAllowedUri: (url) => mayLead(url) },
  }),
  BlankChip,
  ToFillChip,
  filledChips(valueOf),
  Picture,
  Spacing,
]

/** Text that was copied from a letter, or typed elsewhere in its markup, is read as such. A few words go into the line where they are put. */
export function sliceOfText(text: string, schema: Schema): Slice {
  const { content } = schema.nodeFromJSON(docOf(text))
  const openAt = (it: typeof content.firstChild) => (it?.type.name === 'paragraph' ? 1 : 0)
  return new Slice(content, openAt(content.firstChild), openAt(content.lastChild))
}
