import { isAllowedLink } from '#contract/lesson-parts'
import Image from '@tiptap/extension-image'
import StarterKit from '@tiptap/starter-kit'

/** All that a lesson's editor knows; whatever else is pasted becomes words. */
export const lessonExtensions = [
  StarterKit.configure({
    ...{
      italic: false,
      strike: false,
      code: false,
      codeBlock: false,
      underline: false,
      horizontalRule: false,
    },
    orderedList: false,
    heading: { levels: [2] },
    link: {
      openOnClick: false,
      autolink: false,
      linkOnPaste: false,
      isAllowedUri: (url) => isAllowedLink(url),
    },
  }),
  // Only pictures of ours: what is pasted from elsewhere would be gone tomorrow, or watch who reads.
  Image.extend({ parseHTML: () => [{ tag: 'img[src^="/media/a/"]' }] }).configure({ allowBase64: false }),
]
