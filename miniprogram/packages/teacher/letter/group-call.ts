import { pages } from '../../../services/pages'

/** Of the base library from 3.7.8 on; not in the typings yet. */
interface GroupTool {
  selectGroupMembers?: (options: object) => Promise<{ members: string[] }>
  notifyGroupMembers?: (options: {
    title: string
    members: string[]
    entrancePath: string
    type: 'participate' | 'complete'
  }) => Promise<unknown>
}

/** Names members in a WeChat group to do what a letter asks; an older WeChat sends the card instead. */
export async function callInGroup(letterId: string, title: string) {
  const group = wx as unknown as GroupTool
  if (!group.selectGroupMembers || !group.notifyGroupMembers) {
    void wx.showToast({ title: '请点“发到班级群”', icon: 'none' })
    return
  }
  try {
    const { members } = await group.selectGroupMembers({})
    await group.notifyGroupMembers({
      title,
      members,
      entrancePath: `${pages.letter.slice(1)}?id=${letterId}`,
      type: 'complete',
    })
  } catch {
    // Cancelled, or not opened from a group: the card goes everywhere.
    void wx.showToast({ title: '没有点名，可以把卡片发到班级群', icon: 'none' })
  }
}
