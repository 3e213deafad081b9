import { addressOf } from '../temp-files.ts'
import { WxElement } from './element.ts'

interface RichNode {
  type?: 'node' | 'text'
  name?: string
  attrs?: Record<string, unknown>
  children?: RichNode[]
  text?: string
}

const TAGS = new Set(
  `a abbr address article aside b blockquote br big caption center code col colgroup dd del div dl dt em fieldset font
   footer h1 h2 h3 h4 h5 h6 header hr i img ins label legend li mark nav ol p pre q s section small span strong sub sup
   table tbody td tfoot th thead tr tt u ul`.split(/\s+/),
)
const ATTRIBUTES = new Set(
  'class style src alt width height colspan rowspan align valign start type color size span'.split(' '),
)

/** rich-text: WeChat's list of trusted nodes and nothing else, whether it comes as HTML or as a list of nodes. */
export class RichText extends WxElement {
  protected override changed(name: string) {
    if (name !== 'nodes') return
    const { nodes } = this.props
    if (typeof nodes !== 'string') {
      this.replaceChildren(...((nodes ?? []) as RichNode[]).flatMap(fromNode))
      return
    }
    const parsed = new DOMParser().parseFromString(nodes, 'text/html')
    this.replaceChildren(...[...parsed.body.childNodes].flatMap(fromHtml))
  }
}

function fromHtml(node: Node): Node[] {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.textContent ?? '')]
  if (!(node instanceof Element)) return []
  const attributes = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value]))
  return make(node.localName, attributes, [...node.childNodes].flatMap(fromHtml))
}

function fromNode({ type, name = '', attrs = {}, children = [], text = '' }: RichNode): Node[] {
  if (type === 'text') return [document.createTextNode(text)]
  return make(name.toLowerCase(), attrs, children.flatMap(fromNode))
}

function make(tag: string, attributes: Record<string, unknown>, children: Node[]): Node[] {
  if (!TAGS.has(tag)) return []
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (ATTRIBUTES.has(name))
      element.setAttribute(name, name === 'src' ? addressOf(String(value)) : String(value))
  }
  element.append(...children)
  return [element]
}
