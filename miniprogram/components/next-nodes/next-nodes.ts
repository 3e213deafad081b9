import { dismissNode, listMyNodes, type NextNode, resumeNode } from '../../contract'
import { call, tell } from '../../services/api'
import { date, daysFrom } from '../../services/format'
import { go } from '../../services/navigate'
import { pages } from '../../services/pages'

interface ShownNode {
  key: string
  unitId: string
  year: number
  code: string
  title: string
  /** 10月1日(周四)–10月7日(周三), 还有4天 */
  when: string
  unitName: string
  isSent: boolean
  /** Said just now: it stays until the page is opened anew, so that it can be taken back. */
  isDismissed: boolean
  tag: '' | '已发' | '定时待发'
  draft: string
  /** What can be written on the phone; a letter with a form is written on the console, where it can be seen. */
  templates: { code: string; title: string }[]
}

/** Said often enough that nobody should have to type it. */
const REASONS = ['学校已经统一发过', '已经当面或在群里说过', '本班今年不需要']

export function presentNode(node: NextNode, now: Date = new Date()): ShownNode {
  const { unitId, unitName, year, code, title, from, to, state } = node
  const days = from === to ? date(from, now) : `${date(from, now)}–${date(to, now)}`
  const left = daysFrom(now, from)
  return {
    ...{ key: `${unitId}-${code}`, unitId, unitName, year, code, title },
    when:
      left > 1
        ? `${days}，还有${left}天`
        : left < 0
          ? `${days}，${daysFrom(now, to) < 0 ? '已经过了' : '已经开始'}`
          : `${days}，就在眼前`,
    isSent: state === 'sent' || state === 'scheduled',
    isDismissed: false,
    tag: state === 'sent' ? '已发' : state === 'scheduled' ? '定时待发' : '',
    templates: node.templates
      .filter((it) => !it.hasForm)
      .map((it) => ({ code: it.code, title: it.title.replace(/^给家长的一封信：/, '') })),
    draft: state === 'draft' ? '有草稿在控制台，也可以用模板重写' : '',
  }
}

/** What was read anew; what was put away meanwhile stays where it was said, though the answer may be of before or after. */
export function besideDismissed(shown: readonly ShownNode[], read: readonly ShownNode[]): ShownNode[] {
  const dismissed = shown.filter((it) => it.isDismissed)
  const isDismissed = ({ key, year }: ShownNode) => dismissed.some((it) => it.key === key && it.year === year)
  const nodes = read.filter((it) => !isDismissed(it))
  for (const it of dismissed) nodes.splice(shown.indexOf(it), 0, it)
  return nodes
}

/** Of several letters one is chosen first. */
async function chosen<T extends { title: string }>(templates: readonly T[]): Promise<T | undefined> {
  if (templates.length < 2) return templates[0]
  const tapped = await wx.showActionSheet({ itemList: templates.map((it) => it.title) }).catch(() => null)
  return tapped ? templates[tapped.tapIndex] : undefined
}

/** What a class teacher writes to families next, by the year's calendar, a tap away. Takes no room while nothing comes. */
Component({
  data: { nodes: [] as ShownNode[] },

  lifetimes: {
    attached() {
      void this.load()
    },
  },

  methods: {
    async load() {
      // It is an offer: without a network the home page stands without it.
      const found = await call(listMyNodes, {}).catch(() => null)
      if (!found) return
      const nodes = besideDismissed(
        this.data.nodes,
        found.nodes.map((it) => presentNode(it)),
      )
      this.setData({ nodes })
    },

    async onWrite(event: WechatMiniprogram.BaseEvent) {
      const node = this.tapped(event)
      const template = node && (await chosen(node.templates))
      if (!template) return
      const { unitId, code, year } = node
      go(`${pages.teacherNotice}?unit=${unitId}&node=${code}&year=${year}&template=${template.code}`)
    },

    tapped(event: WechatMiniprogram.BaseEvent) {
      const { key } = event.currentTarget.dataset as { key: string }
      return this.data.nodes.find((it) => it.key === key)
    },

    async onDismiss(event: WechatMiniprogram.BaseEvent) {
      const node = this.tapped(event)
      const tapped = await wx.showActionSheet({ itemList: REASONS }).catch(() => null)
      const reason = tapped ? REASONS[tapped.tapIndex] : undefined
      if (!node || !reason) return
      const { unitId, code, year } = node
      try {
        await call(dismissNode, { unitId, code, year, reason })
        this.mark(node, true)
      } catch (error) {
        tell(error)
      }
    },

    /** By its key: while the server was asked the list may have been read anew. */
    mark({ key, year }: ShownNode, isDismissed: boolean) {
      const nodes = this.data.nodes.map((it) =>
        it.key === key && it.year === year ? { ...it, isDismissed } : it,
      )
      this.setData({ nodes })
    },

    async onResume(event: WechatMiniprogram.BaseEvent) {
      const node = this.tapped(event)
      if (!node) return
      const { unitId, code, year } = node
      try {
        await call(resumeNode, { unitId, code, year })
        this.mark(node, false)
        await this.load()
      } catch (error) {
        tell(error)
      }
    },
  },
})
