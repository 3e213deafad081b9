import { closeHistory } from '@tiptap/pm/history'
import type { EditorProps } from '@tiptap/pm/view'
import { ElMessage } from 'element-plus'
import { cleanPaste } from './clean'

interface Rules {
  mayLead: (link: string) => boolean
  /** What to do with files that are dropped on the text. */
  filesHint: string
}

/** How an editor takes what is pasted or dropped: cleaned, with one sentence about what stayed behind. */
export function pasting({ mayLead, filesHint }: Rules): EditorProps {
  /** A picture by itself, or a file: where it belongs is said, and a dropped one does not open over the page. */
  function refusesFiles(given: DataTransfer | null) {
    if (!given || given.files.length === 0 || given.types.some((it) => it.startsWith('text/'))) return false
    ElMessage.warning(filesHint)
    return true
  }
  return {
    transformPastedHTML(html) {
      const { html: clean, lost } = cleanPaste(html, mayLead)
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
