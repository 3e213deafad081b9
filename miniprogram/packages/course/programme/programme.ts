interface Data {
  code: string
}
interface Custom {
  refresh: () => Promise<void>
}

/** A programme that is not the child's own: the same page as on the tab, by itself. */
Page<Data, Custom>({
  data: { code: '' },
  onLoad(query) {
    this.setData({ code: query.code ?? '' })
  },
  onShow() {
    void this.refresh()
  },
  async onPullDownRefresh() {
    await this.refresh()
    void wx.stopPullDownRefresh()
  },
  async refresh() {
    await (this.selectComponent('#outline') as { load?: () => Promise<void> } | null)?.load?.()
  },
})
