/** What a file is by its first bytes; its name may say something else. */
export type FileKind = 'xlsx' | 'xls' | 'text' | 'markup' | 'other'

/** `PK` of a zip, the mark of an old compound file, and the rest by whether it could be text. */
export function kindOf(head: Buffer): FileKind {
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'xlsx'
  if (head.subarray(0, 8).toString('hex') === 'd0cf11e0a1b11ae1') return 'xls'
  const isWide = head[0] === 0xff && head[1] === 0xfe
  if (!isWide && head.includes(0)) return 'other'
  const text = head.toString('latin1').replace(/^(ï»¿|ÿþ)?\s*/, '')
  if (text.startsWith('<')) return 'markup'
  return text.startsWith('%PDF') ? 'other' : 'text'
}
