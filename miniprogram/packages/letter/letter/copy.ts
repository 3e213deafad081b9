import { origin } from '../../../config'
import { readMySignedCopy } from '../../../contract'
import { call, Problem } from '../../../services/api'

/** Fetches the signed copy by its ten-minute link and opens it in WeChat's own reader, where it can be kept. */
export async function openCopy(said: { letterId: string; studentId: string }) {
  const { link } = await call(readMySignedCopy, said)
  const { statusCode, tempFilePath } = await new Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>(
    (success, reject) =>
      wx.downloadFile({
        url: `${origin}/api${link}`,
        success,
        fail: () => reject(new Problem(0, '网络不通，请检查后重试')),
      }),
  )
  if (statusCode !== 200) throw new Problem(statusCode, '签收单没有打开，请稍后再试')
  await wx.openDocument({ filePath: tempFilePath, fileType: 'pdf', showMenu: true })
}
