import { origin } from '../../../config'
import { Problem } from '../../../services/api'
import { session } from '../../../services/session'

/** Larger than this no phone's photo is after it was made smaller. */
const MOST_BYTES = 8 * 1024 * 1024
const QUALITY = 70

/** Lets a picture be taken or chosen, made smaller where it is large; null when nothing was chosen. */
export async function choosePicture(): Promise<string | null> {
  try {
    const { tempFiles } = await wx.chooseMedia({ count: 1, mediaType: ['image'], sizeType: ['compressed'] })
    const [file] = tempFiles
    if (!file) return null
    if (file.size <= MOST_BYTES / 4) return file.tempFilePath
    return (await wx.compressImage({ src: file.tempFilePath, quality: QUALITY })).tempFilePath
  } catch (error) {
    if (((error as { errMsg?: string }).errMsg ?? '').includes('cancel')) return null
    throw new Problem(0, '没有打开相册，请在设置里允许后再试')
  }
}

/** Sends the bytes of a picture as they are; they go beside the contract. */
export async function sendPicture(filePath: string, code: string, studentId: string) {
  const token = session.token() ?? (await session.open())
  const data = await bytesOf(filePath)
  if (data.byteLength > MOST_BYTES) throw new Problem(0, '照片太大了，请换一张')
  await new Promise<void>((resolve, reject) => {
    wx.request({
      url: `${origin}/api/me/programmes/${code}/evidence-picture?studentId=${studentId}`,
      method: 'POST',
      data,
      header: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      timeout: 60_000,
      success: ({ statusCode, data: answer }) => {
        if (statusCode < 400) return resolve()
        const said = (answer as { error?: { message?: string } } | null)?.error?.message
        reject(new Problem(statusCode, said ?? '没有交上，请稍后再试'))
      },
      fail: () => reject(new Problem(0, '网络不通，照片没有交上，请检查后重试')),
    })
  })
}

const bytesOf = (filePath: string) =>
  new Promise<ArrayBuffer>((resolve, reject) => {
    wx.getFileSystemManager().readFile({
      filePath,
      success: ({ data }) => resolve(data as ArrayBuffer),
      fail: () => reject(new Problem(0, '照片没有读出来，请换一张')),
    })
  })
