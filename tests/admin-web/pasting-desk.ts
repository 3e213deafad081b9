import { Editor } from '@tiptap/vue-3'
import { lessonExtensions } from '../../admin-web/src/pages/lessons/lesson-extensions'
import { blocksOf } from '../../admin-web/src/pages/lessons/rich-text'
import { type Node, textOf } from '../../admin-web/src/pages/letters/letter-doc'
import { letterExtensions, sliceOfText } from '../../admin-web/src/pages/letters/letter-extensions'
import { cleanPaste } from '../../admin-web/src/paste/clean'

const mayLead = (link: string) => /^https:\/\/(www\.moe\.gov\.cn|mp\.weixin\.qq\.com)\//.test(link)

const HOLDS = { mayLead, hasNumbers: true }

/** The letter's editor alone on a page, for the browser of a test. */
const desk = {
  open(text = '') {
    document.body.replaceChildren()
    const told = { lost: '' }
    const editor: Editor = new Editor({
      element: document.body,
      content: text && `<p>${text}</p>`,
      extensions: letterExtensions(mayLead, () => ''),
      editorProps: {
        transformPastedHTML(html) {
          const { html: clean, lost } = cleanPaste(html, HOLDS)
          told.lost = lost
          return clean
        },
        clipboardTextParser: (words, _context, _plain, view) => sliceOfText(words, view.state.schema),
      },
    })
    return { editor, told }
  },
  pasteHtml(html: string) {
    const { editor, told } = desk.open()
    editor.view.pasteHTML(html)
    return { letter: textOf(editor.getJSON() as Node), shown: editor.view.dom.innerHTML, told: told.lost }
  },
  pasteText(words: string, into = '', at = 1) {
    const { editor } = desk.open(into)
    editor.commands.setTextSelection(at)
    editor.view.pasteText(words)
    return textOf(editor.getJSON() as Node)
  },
  /** What a lesson is then, a line a block, its kind in front. */
  pasteLesson(html: string) {
    document.body.replaceChildren()
    const editor = new Editor({ element: document.body, extensions: lessonExtensions })
    editor.view.pasteHTML(cleanPaste(html, { mayLead, hasNumbers: false }).html)
    const said = (line: { text: string; isBold: boolean }[]) =>
      line.map((it) => (it.isBold ? `**${it.text}**` : it.text)).join('')
    return blocksOf(editor.getJSON() as Node).flatMap((it) =>
      it.lines.map((line) => `${it.kind} ${said(line)}`),
    )
  },
  clean: (html: string) => cleanPaste(html, HOLDS).html,
}

Object.assign(window, { desk })
export type Desk = typeof desk
