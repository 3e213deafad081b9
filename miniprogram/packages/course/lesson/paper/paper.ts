import { Problem, tell } from '../../../../services/api'
import { address } from '../../../../pages/courses/outline/present'

/** A document that WeChat's own reader opens. */
Component({
  properties: {
    address: { type: String, value: '' },
    name: { type: String, value: '' },
    pages: { type: Number, value: 0 },
  },
  data: { busy: false },

  methods: {
    async onOpen() {
      if (this.data.busy) return
      this.setData({ busy: true })
      try {
        const filePath = await fetchPaper(address(this.data.address))
        await wx.openDocument({ filePath, fileType: 'pdf', showMenu: true })
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
  },
})

async function fetchPaper(url: string) {
  const { statusCode, tempFilePath } = await new Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>(
    (success, reject) =>
      wx.downloadFile({ url, success, fail: () => reject(new Problem(0, '网络不通，请检查后重试')) }),
  )
  if (statusCode !== 200) throw new Problem(statusCode, '文档没有打开，请稍后再试')
  return tempFilePath
}
