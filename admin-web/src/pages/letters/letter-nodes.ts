import Image from '@tiptap/extension-image'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { Extension, Node } from '@tiptap/vue-3'

/** What a letter's editor holds beside words: blanks as chips, pictures of ours, and the empty lines of the text. */

const chip = (name: string, className: string) =>
  Node.create({
    name,
    group: 'inline',
    inline: true,
    atom: true,
    addAttributes: () => ({
      name: { default: '', renderHTML: (it) => ({ 'data-name': String(it.name) }) },
      raw: { default: '', renderHTML: (it) => ({ 'data-raw': String(it.raw) }) },
    }),
    parseHTML: () => [
      {
        tag: `span.${className}`,
        getAttrs: (it) => ({
          name: it.getAttribute('data-name') ?? '',
          raw: it.getAttribute('data-raw') ?? '',
        }),
      },
    ],
    renderHTML: ({ HTMLAttributes, node }) => [
      'span',
      { ...HTMLAttributes, class: `chip ${className}` },
      String(node.attrs.name),
    ],
    renderText: ({ node }) => String(node.attrs.raw),
  })

/** {{孩子}}: filled for each family. */
export const BlankChip = chip('blank', 'blank')
/** 〔请填写：费用〕: filled by the author, in the field above the text. */
export const ToFillChip = chip('toFill', 'to-fill')

const FILLED = new PluginKey('filled')

/** Shows what the author has filled in on the chips that stand for it; `refilled` says that it changed. */
export const filledChips = (valueOf: (name: string) => string) =>
  Extension.create({
    name: 'filledChips',
    addProseMirrorPlugins: () => [
      new Plugin({
        key: FILLED,
        props: {
          decorations: ({ doc }) => {
            const found: Decoration[] = []
            doc.descendants((node, at) => {
              const value = node.type.name === 'toFill' ? valueOf(String(node.attrs.name)) : ''
              if (value)
                found.push(Decoration.node(at, at + node.nodeSize, { 'data-value': value, class: 'filled' }))
            })
            return DecorationSet.create(doc, found)
          },
        },
      }),
    ],
  })

/** Only pictures of ours: what is pasted from elsewhere would be gone tomorrow, or watch who reads. */
export const Picture = Image.extend({
  parseHTML: () => [{ tag: 'img[src^="/media/a/"]' }],
}).configure({ allowBase64: false })

/** How a line was written, so that the text comes back as it was: the empty lines before it, and its mark. */
export const Spacing = Extension.create({
  name: 'spacing',
  addGlobalAttributes: () => [
    {
      types: ['paragraph', 'heading', 'image'],
      attributes: {
        gap: { default: null, rendered: false, keepOnSplit: false },
        mark: { default: null, rendered: false, keepOnSplit: false },
      },
    },
  ],
})
