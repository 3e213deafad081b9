import type { MyPost } from '#contract/accounts'
import type { Unit } from '#contract/org'

export interface Crumb {
  unit: Unit
  /** Above one's own post the line is only read: it says where one is, it does not lead there. */
  isReachable: boolean
}

/** 江城市 › 青山区 › 实验中学 › 七年级 › 2班, with what lies above one's posts marked as out of reach. */
export function crumbs(unit: Unit, ancestors: Unit[], posts: Pick<MyPost, 'unitId'>[]): Crumb[] {
  const mine = new Set(posts.map((it) => it.unitId))
  const line = [...ancestors, unit]
  const first = line.findIndex((it) => mine.has(it.id))
  return line.map((it, at) => ({ unit: it, isReachable: first !== -1 && at >= first }))
}
