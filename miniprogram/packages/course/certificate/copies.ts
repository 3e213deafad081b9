import { origin } from '../../../config'
import { Problem } from '../../../services/api'

/** Fetches a copy by its ten-minute link to a file of this phone. */
export async function fetchCopy(link: string): Promise<string> {
  const { statusCode, tempFilePath } = await new Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>(
    (success, reject) =>
      wx.downloadFile({
        url: `${origin}/api${link}`,
        success,
        fail: () => reject(new Problem(0, '网络不通，请检查后重试')),
      }),
  )
  if (statusCode !== 200) throw new Problem(statusCode, '证书没有打开，请下拉刷新后再试')
  return tempFilePath
}

/** 保存到相册. A parent who once said no is led to the settings, where it can be allowed again. */
export async function saveToAlbum(filePath: string) {
  try {
    await wx.saveImageToPhotosAlbum({ filePath })
  } catch (error) {
    const { errMsg = '' } = error as { errMsg?: string }
    if (errMsg.includes('cancel')) return false
    if (!/auth|authorize/.test(errMsg)) throw new Problem(0, '没有保存成功，请稍后再试')
    const { confirm } = await wx.showModal({
      title: '需要相册权限',
      content: '请在设置里允许保存到相册，再回来保存。',
      confirmText: '去设置',
    })
    if (confirm) await wx.openSetting()
    return false
  }
  return true
}
