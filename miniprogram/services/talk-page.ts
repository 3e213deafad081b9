import type { Saying, Written } from '../components/talk-box/talk-box'
import type { ThreadLine } from '../contract'
import { knowWho } from './account'
import { explain, tell } from './api'
import { type Attached, finishDraft, givenBack } from './draft'
import { flush, forgetHandedBack, handedBack, heldFor, wordsOf } from './queue'
import { lookForNews } from './replies'
import { waiting } from './store'
import { presentLines, type ShownLine } from './talk'

/** A line that is only on this phone: it waits for the network, or came back with a reason. */
export interface HeldLine {
  key: string
  text: string
  because: string
}

export interface TalkData {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  lines: ShownLine[]
  held: HeldLine[]
  /** There are older ones, before this number. */
  before: number | null
  isMore: boolean
}
export const TALK: TalkData = {
  state: 'loading',
  problem: '',
  lines: [],
  held: [],
  before: null,
  isMore: false,
}

interface Talked {
  lines: ThreadLine[]
  before: number | null
}

/** What tells one thread's page from another's. */
interface Ways<T extends Talked, W extends { line: ThreadLine }> {
  /** The last lines, or those before one. */
  open: (before?: number) => Promise<T>
  /** What else the page shows of it. */
  show: (thread: T) => object
  /** Null while it waits on this phone. */
  write: (said: Written) => Promise<W | null>
  wrote?: (reply: W) => void
  withdraw: (lineId: string) => Promise<unknown>
  /** What the page shows when nothing could be opened; else the sentence for the error. */
  failed?: (error: unknown) => { problem: string }
  markRead: (upTo: number, thread: T) => Promise<unknown>
  /** Where a line is sent to. */
  place: () => string
}

interface TalkPage {
  data: TalkData
  setData: (change: object) => void
  selectComponent: (selector: string) => unknown
}
interface Box {
  done: () => void
  fill: (text: string, files?: readonly Attached[]) => void
}

/** What the pages on which two sides write to each other do alike; the page has a `talk-box` called `box`, and an `end`. */
export function talkOn<T extends Talked, W extends { line: ThreadLine }>(page: TalkPage, ways: Ways<T, W>) {
  let received: ThreadLine[] = []
  /** Of several answers on their way the last one asked for is shown. */
  let asked = 0
  const box = () => page.selectComponent('#box') as Box | null
  const toEnd = () => void wx.pageScrollTo({ selector: '#end', duration: 0 })

  function show(lines: ThreadLine[], more: object = {}) {
    received = lines
    page.setData({ lines: presentLines(lines), held: heldAt(ways.place()), ...more })
  }

  async function load() {
    const turn = ++asked
    try {
      await knowWho()
      const thread = await ways.open()
      if (turn !== asked) return
      show(thread.lines, { state: 'ready', before: thread.before, ...ways.show(thread) })
      toEnd()
      const [last] = thread.lines.slice(-1)
      if (last) await ways.markRead(last.seq, thread)
      await lookForNews()
    } catch (error) {
      if (turn !== asked) return
      if (page.data.state !== 'ready')
        page.setData({ state: 'failed', ...(ways.failed?.(error) ?? { problem: explain(error) }) })
      else tell(error)
    }
  }

  async function earlier() {
    const { before, isMore } = page.data
    if (!before || isMore) return
    page.setData({ isMore: true })
    const turn = asked
    try {
      const thread = await ways.open(before)
      if (turn === asked) show([...thread.lines, ...received], { before: thread.before })
    } catch (error) {
      tell(error)
    } finally {
      page.setData({ isMore: false })
    }
  }

  async function send({ draftKey, written }: Saying) {
    const place = ways.place()
    try {
      const reply = await ways.write(written)
      finishDraft(draftKey, written)
      box()?.done()
      // The other of two threads below one letter may be on the page by now: the line belongs to the one it was written in.
      if (place !== ways.place()) return
      if (!reply) {
        show(received)
        return toEnd()
      }
      show([...received.filter((it) => it.id !== reply.line.id), reply.line])
      await load()
      ways.wrote?.(reply)
      toEnd()
    } catch (error) {
      box()?.done()
      tell(error)
    }
  }

  async function withdraw(lineId: string) {
    try {
      await ways.withdraw(lineId)
    } catch (error) {
      tell(error)
    }
    await load()
  }

  /** Looks whether the network is back. */
  async function retry() {
    await flush()
    show(received)
    if (page.data.held.some((it) => !it.because)) {
      return void wx.showToast({ title: '网络还是不通，先留在手机里', icon: 'none' })
    }
    await load()
  }

  /** What was not taken goes back into the box, to be changed and sent again. */
  function again(key: string) {
    const back = handedBack(ways.place()).find((_, at) => keyOfBack(at) === key)
    const text = back?.text ?? received.find((it) => it.id === key)?.text ?? ''
    if (back) forgetHandedBack(ways.place(), back)
    show(received)
    box()?.fill(text, givenBack(back?.fileIds ?? []))
    toEnd()
  }

  const stop = waiting.watch(() => {
    if (page.data.state === 'ready' && heldAt(ways.place()).length < page.data.held.length) void load()
  })
  return { load, earlier, send, withdraw, retry, again, stop }
}
export type Talk = ReturnType<typeof talkOn>

const keyOfBack = (at: number) => `back-${at}`
const FILES_ALONE = '〔图片或文件〕'

const heldAt = (place: string): HeldLine[] => [
  ...handedBack(place).map(({ text, because }, at) => ({
    ...{ key: keyOfBack(at), because },
    text: text || FILES_ALONE,
  })),
  ...heldFor(place).map((it, at) => ({
    ...{ key: `held-${at}`, because: '' },
    text: wordsOf(it) || FILES_ALONE,
  })),
]

/** What a page has that shows a talk. */
export interface Talking {
  talk: Talk
  load: () => Promise<void>
  onEarlier: () => Promise<void>
  onSend: (event: WechatMiniprogram.CustomEvent<Saying>) => Promise<void>
  onWithdraw: (event: WechatMiniprogram.CustomEvent<{ id: string }>) => Promise<void>
  onRetry: () => Promise<void>
  onAgain: (event: WechatMiniprogram.CustomEvent<{ id: string }>) => void
}
type Of<K extends keyof Talking> = Talking[K]

/** The handlers of `talk-lines` and `talk-box`, the family's and the teacher's page alike; `onLoad` sets `talk` by `talkOn`. */
export const TALKING = {
  talk: null as never,
  onShow(this: Talking) {
    void this.load()
  },
  onUnload(this: Talking) {
    this.talk.stop()
  },
  async onPullDownRefresh(this: Talking) {
    await this.load()
    void wx.stopPullDownRefresh()
  },
  load(this: Talking) {
    return this.talk.load()
  },
  onEarlier(this: Talking) {
    return this.talk.earlier()
  },
  onSend(this: Talking, { detail }: Parameters<Of<'onSend'>>[0]) {
    return this.talk.send(detail)
  },
  onWithdraw(this: Talking, { detail }: Parameters<Of<'onWithdraw'>>[0]) {
    return this.talk.withdraw(detail.id)
  },
  onRetry(this: Talking) {
    return this.talk.retry()
  },
  onAgain(this: Talking, { detail }: Parameters<Of<'onAgain'>>[0]) {
    this.talk.again(detail.id)
  },
}
