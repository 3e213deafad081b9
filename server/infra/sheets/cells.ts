/** What a cell shows, as text. A phone stored as a number keeps its digits; a formula gives its last result. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isInteger(value) ? value.toFixed(0) : String(value)
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  if (typeof value !== 'object') return ''
  if ('richText' in value && Array.isArray(value.richText)) {
    return value.richText
      .map((it: { text?: unknown }) => (typeof it.text === 'string' ? it.text : ''))
      .join('')
  }
  if ('result' in value) return textOf(value.result)
  if ('text' in value) return textOf(value.text)
  return ''
}

/** Text that a spreadsheet will show and never run: what could begin a formula is led by an apostrophe (S6). */
export const safeCell = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
