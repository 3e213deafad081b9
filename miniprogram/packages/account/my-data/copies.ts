import { origin } from '../../../config'
import { exportMyData } from '../../../contract'
import { call, Problem } from '../../../services/api'

/** Fetches a copy of one's data by its ten-minute link. The table opens in WeChat's reader; the file goes to a chat, which keeps it. */
export async function takeCopy(kind: 'xlsx' | 'json') {
  const links = await call(exportMyData, {})
  const { statusCode, tempFilePath } = await new Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>(
    (success, reject) =>
      wx.downloadFile({
        url: `${origin}/api${links[kind]}`,
        success,
        fail: () => reject(new Problem(0, '网络不通，请检查后重试')),
      }),
  )
  if (statusCode !== 200) throw new Problem(statusCode, '没有导出成功，请稍后再试')
  if (kind === 'xlsx') {
    await wx.openDocument({ filePath: tempFilePath, fileType: 'xlsx', showMenu: true })
    return
  }
  try {
    await wx.shareFileMessage({ filePath: tempFilePath, fileName: '我的信息.json' })
  } catch (error) {
    const { errMsg = '' } = error as { errMsg?: string }
    if (!errMsg.includes('cancel')) throw new Problem(0, '没有发出去，请稍后再试')
  }
}
