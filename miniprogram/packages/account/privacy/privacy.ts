Page({
  onGuide() {
    wx.openPrivacyContract({})
  },
})
