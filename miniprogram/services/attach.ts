import { origin } from '../config'
import { Problem } from './api'
import { session } from './session'

/** The server takes no more; after a phone has made its picture smaller none is. */
const MOST_BYTES = 10 * 1024 * 1024
const LARGE = 2 * 1024 * 1024
const QUALITY = 70

/** Something chosen on this phone that is about to go along. */
export interface Chosen {
  path: string
  kind: 'image' | 'pdf'
  name: string
}

/** Under a name that lives longer than the mini-program runs; where the phone has no room, as it was chosen. */
export const keptFile = (tempFilePath: string) =>
  new Promise<string>((resolve) => {
    wx.getFileSystemManager().saveFile({
      tempFilePath,
      success: ({ savedFilePath }) => resolve(savedFilePath),
      fail: () => resolve(tempFilePath),
    })
  })

const isCancelled = (error: unknown) =>
  ((error as { errMsg?: string } | null)?.errMsg ?? '').includes('cancel')

/** Pictures taken or chosen, made smaller where they are large; none when nothing was chosen. */
export async function choosePictures(count: number): Promise<Chosen[]> {
  try {
    const { tempFiles } = await wx.chooseMedia({ count, mediaType: ['image'], sizeType: ['compressed'] })
    return await Promise.all(
      tempFiles.map(async ({ tempFilePath, size }) => ({
        kind: 'image' as const,
        name: '图片',
        path:
          size <= LARGE
            ? tempFilePath
            : (await wx.compressImage({ src: tempFilePath, quality: QUALITY })).tempFilePath,
      })),
    )
  } catch (error) {
    if (isCancelled(error)) return []
    throw new Problem(0, '没有打开相册，请在设置里允许后再试')
  }
}

/** Papers out of a chat: that is where WeChat keeps files. */
export async function choosePapers(count: number): Promise<Chosen[]> {
  try {
    const { tempFiles } = await wx.chooseMessageFile({ count, type: 'file', extension: ['pdf'] })
    return tempFiles.map(({ path, name }) => ({ kind: 'pdf' as const, path, name }))
  } catch (error) {
    if (isCancelled(error)) return []
    throw new Problem(0, '没有打开文件，请稍后再试')
  }
}

/** Sends the bytes as they are, beside the contract. The same request again gives the same file. */
export async function sendChosen(
  { path, kind, name }: Chosen,
  requestId: string,
  to = '/me/thread-files',
): Promise<{ id: string }> {
  const token = session.token() ?? (await session.open())
  const data = await bytesOf(path)
  if (data.byteLength > MOST_BYTES) throw new Problem(0, '文件太大了，最大10 MB')
  const query = `requestId=${requestId}&kind=${kind}&name=${encodeURIComponent(name)}`
  return new Promise((resolve, reject) => {
    wx.request({
      url: `${origin}/api${to}?${query}`,
      method: 'POST',
      data,
      header: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      timeout: 60_000,
      success: ({ statusCode, data: answer }) => {
        if (statusCode < 400) return resolve(answer as { id: string })
        const said = (answer as { error?: { message?: string } } | null)?.error?.message
        reject(new Problem(statusCode, said ?? '没有传上，请稍后再试'))
      },
      fail: () => reject(new Problem(0, '网络不通，没有传上')),
    })
  })
}

const bytesOf = (filePath: string) =>
  new Promise<ArrayBuffer>((resolve, reject) => {
    wx.getFileSystemManager().readFile({
      filePath,
      success: ({ data }) => resolve(data as ArrayBuffer),
      fail: () => reject(new Problem(0, '文件没有读出来，请重新选一个')),
    })
  })

/** Opens a file of a line: a picture large, a paper in WeChat's own reader. */
export async function openFile(link: string, kind: 'image' | 'pdf') {
  const url = `${origin}${link}`
  if (kind === 'image') {
    await wx.previewImage({ urls: [url], current: url })
    return
  }
  const { statusCode, tempFilePath } = await new Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>(
    (success, reject) =>
      wx.downloadFile({ url, success, fail: () => reject(new Problem(0, '网络不通，请检查后重试')) }),
  )
  if (statusCode !== 200) throw new Problem(statusCode, '文件没有打开，请退回上一页重新进来')
  await wx.openDocument({ filePath: tempFilePath, fileType: 'pdf', showMenu: true })
}
