import { closeHistory } from '@tiptap/pm/history'
import type { EditorProps } from '@tiptap/pm/view'
import { ElMessage } from 'element-plus'
import { cleanPaste, type Holds } from './clean'

interface Rules extends Holds {
  /** What to do with files that are dropped on the text. */
  filesHint: string
}

/**
 * How an editor takes what is pasted or dropped: cleaned, with one sentence about what stayed behind. Blanks in front of a paragraph are not
 * taken, typed ones neither: the phone sets paragraphs apart, and an indent that is seen here alone would mislead.
 */
export function pasting({ filesHint, ...holds }: Rules): EditorProps {
  /** A picture by itself, or a file: where it belongs is said, and a dropped one does not open over the page. */
  function refusesFiles(given: DataTransfer | null) {
    if (!given || given.files.length === 0 || given.types.some((it) => it.startsWith('text/'))) return false
    ElMessage.warning(filesHint)
    return true
  }
  let isTold = false
  return {
    handleTextInput(view, from, _to, text) {
      const { parentOffset, nodeBefore } = view.state.doc.resolve(from)
      const isAtStart = parentOffset === 0 || nodeBefore?.type.name === 'hardBreak'
      if (!isAtStart || text.trim() !== '') return false
      if (!isTold) ElMessage.info('段落前面不用空格，手机上每一段会自动隔开')
      isTold = true
      return true
    },
    transformPastedText: (text) => text.replace(/^[^\S\n]*\u3000\s*/gm, ''),
    transformPastedHTML(html) {
      const { html: clean, lost } = cleanPaste(html, holds)
      // It names several things: longer than a nod, and away when it was read.
      if (lost) ElMessage.warning({ message: lost, duration: 10_000, showClose: true })
      return clean
    },
    handlePaste(view, event) {
      // What was typed just before is not undone with what is pasted.
      view.dispatch(closeHistory(view.state.tr))
      return refusesFiles(event.clipboardData)
    },
    handleDrop: (_view, event) => refusesFiles(event.dataTransfer),
  }
}
