export interface WxmlTag {
  name: string
  line: number
  column: number
  attributes: { name: string; value: string; line: number; column: number }[]
}

const TAG =
  /<!--[\s\S]*?-->|<wxs\b[^>]*?(?:\/>|>[\s\S]*?<\/wxs>)|<([a-zA-Z][\w-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/g
const ATTRIBUTE = /([^\s=/"'<>]+)(?:\s*=\s*("[^"]*"|'[^']*'))?/g

/** The opening tags of a template with their attributes. Whether the template is well-formed is the compilers' matter. */
export function tagsOf(text: string): WxmlTag[] {
  return [...text.matchAll(TAG)].flatMap((match) => {
    const [, name, inside = ''] = match
    if (!name) return []
    const start = match.index
    const attributes = [...inside.matchAll(ATTRIBUTE)].map((it) => ({
      name: it[1] ?? '',
      value: (it[2] ?? '').slice(1, -1),
      ...position(text, start + 1 + name.length + it.index),
    }))
    return [{ name, attributes, ...position(text, start) }]
  })
}

function position(text: string, offset: number) {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}
