import type { Unit } from '#contract/org'
import { readUnit } from '#contract/org'
import { ElMessage, type TreeInstance, type TreeNodeData } from 'element-plus'
import { call, explain } from '../api/call'
import { queryClient } from '../api/queries'

/** A unit with its ancestors and children, out of the same cache the breadcrumb fills. */
export const unitById = (unitId: string) =>
  queryClient.fetchQuery({
    queryKey: [readUnit.path, { unitId }],
    queryFn: ({ signal }) => call(readUnit, { unitId }, { signal }),
    staleTime: 5 * 60_000,
  })

/** Element Plus hands a tree's data out as anything; ours are units and nothing else. */
export const asUnit = (data: TreeNodeData) => data as Unit

type Load = NonNullable<TreeInstance['load']>

/** Fills a tree below `rootId`, level by level, as it is opened. */
export function loadBelow(rootId: string): Load {
  return (node, resolve, reject) => {
    const level =
      node.level === 0
        ? unitById(rootId).then((it) => [it.unit])
        : unitById(asUnit(node.data).id).then((it) => it.children)
    level.then(resolve, (error: unknown) => {
      ElMessage.error(explain(error))
      reject()
    })
  }
}

/** For a tree's `props`. */
export const treeProps = { label: 'name', isLeaf: (data: TreeNodeData) => asUnit(data).kind === 'class' }
