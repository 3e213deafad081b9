import { useRoute } from 'vue-router'

/** What the year's calendar says in the address of a new letter: which node it is for, and from which template. */
export function useNodeQuery() {
  const { node, year, template } = useRoute().query
  const text = (it: unknown) => (typeof it === 'string' && it !== '' ? it : undefined)
  const code = text(node)
  return {
    template: text(template),
    of: code && text(year) ? { code, year: Number(year) } : undefined,
  }
}
