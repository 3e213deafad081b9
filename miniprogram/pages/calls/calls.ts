Page({
  onPullDownRefresh() {
    void wx.stopPullDownRefresh()
  },
})
