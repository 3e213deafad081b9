import type { listMyDeputies, Reply } from '../../../contract'
import { POST_WORDS } from '../../../contract'
import { date, dayOf } from '../../../services/format'

type Leaves = Reply<typeof listMyDeputies>
export type OwnPost = Leaves['posts'][number]

export interface ShownPost {
  postId: string
  unitName: string
  post: string
  mayName: boolean
  /** 王芳（代）; empty while nobody stands in. */
  deputy: string
  /** 11月25日(周三)到11月29日(周日) */
  days: string
  isComing: boolean
}

export interface ShownLeaves {
  posts: ShownPost[]
  held: { postId: string; unitName: string; post: string; days: string; isComing: boolean }[]
}

/** The last day belongs to it: it ends the instant before. */
const lastDay = (to: string) => dayOf(new Date(new Date(to).getTime() - 1))

function daysOf({ from, to }: { from: string; to: string | null }) {
  const first = date(dayOf(from))
  if (!to) return `${first}起`
  const last = date(lastDay(to))
  return last === first ? `${first}一天` : `${first}到${last}`
}

export function presentLeaves({ posts, held }: Leaves): ShownLeaves {
  return {
    posts: posts.map((it) => ({
      postId: it.postId,
      unitName: it.unitName,
      post: POST_WORDS[it.post],
      mayName: it.abilities.nameDeputy,
      deputy: it.deputy ? `${it.deputy.name}（代）` : '',
      days: it.deputy ? daysOf(it.deputy) : '',
      isComing: it.deputy?.state === 'coming',
    })),
    held: held.map((it) => ({
      postId: it.postId,
      unitName: it.unitName,
      post: `${POST_WORDS[it.post]}（代${it.holder}）`,
      days: daysOf(it),
      isComing: it.state === 'coming',
    })),
  }
}

/** What is still missing before a deputy can be named, in a sentence; empty when nothing is. */
export function problemWith({ phone, fromOn, toOn }: { phone: string; fromOn: string; toOn: string }) {
  if (!/^1[3-9]\d{9}$/.test(phone.replace(/\s/g, ''))) return '请填同事的11位手机号'
  if (!toOn) return '请选最后一天'
  return toOn < fromOn ? '最后一天不能早于第一天' : ''
}
