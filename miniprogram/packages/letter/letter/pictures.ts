import { origin } from '../../../config'
import { Problem } from '../../../services/api'
import { keptFile } from '../../../services/attach'
import { session } from '../../../services/session'
import { forgetFiles } from '../../../services/unsent'

/** Larger than this no phone's photo is after it was made smaller. */
const MOST_BYTES = 8 * 1024 * 1024
const QUALITY = 70

/** A photo for a question, on this phone until the school has it. */
export interface Photo {
  code: string
  /** The same photo sent twice on a bad network is one photo. */
  requestId: string
  path: string
  /** Its number at school; '' while it waits. */
  id: string
}

const keyOf = (letterId: string, childId: string) => `photos.${letterId}.${childId}`

export const photosOf = (letterId: string, childId: string): Photo[] =>
  wx.getStorageSync<Photo[] | ''>(keyOf(letterId, childId)) || []

const watchers = new Set<() => void>()

/** Calls back whenever a photo was taken, has arrived or is gone; gives back how to stop. */
export function watchPhotos(watcher: () => void) {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}

const tellAll = () => watchers.forEach((it) => it())

function keep(letterId: string, childId: string, photos: Photo[]) {
  try {
    wx.setStorageSync(keyOf(letterId, childId), photos)
  } catch {
    // A full phone: the photo stays on the page.
  }
  tellAll()
}

export function dropPhotos(letterId: string, childId: string) {
  forgetFiles(photosOf(letterId, childId))
  wx.removeStorageSync(keyOf(letterId, childId))
  tellAll()
}

/** Lets photos be taken or chosen, made smaller where they are large; none when nothing was chosen. */
export async function takePhotos(place: Place, code: string, most: number): Promise<Photo[]> {
  let files: { tempFilePath: string; size: number }[]
  try {
    files = (await wx.chooseMedia({ count: most, mediaType: ['image'], sizeType: ['compressed'] })).tempFiles
  } catch (error) {
    if (((error as { errMsg?: string }).errMsg ?? '').includes('cancel')) return []
    throw new Problem(0, '没有打开相册，请在设置里允许后再试')
  }
  const taken: Photo[] = []
  for (const [at, file] of files.entries()) {
    const path = await kept(file)
    taken.push({
      code,
      requestId: `photo-${Date.now()}-${at}-${Math.floor(Math.random() * 1e6)}`,
      path,
      id: '',
    })
  }
  keep(place.letterId, place.childId, [...photosOf(place.letterId, place.childId), ...taken])
  return taken
}

/** Small enough to send, and under a name that lives longer than the page; where the phone has no room, as it was taken. */
async function kept({ tempFilePath, size }: { tempFilePath: string; size: number }) {
  const small =
    size > MOST_BYTES / 4
      ? (await wx.compressImage({ src: tempFilePath, quality: QUALITY })).tempFilePath
      : tempFilePath
  return keptFile(small)
}

export function removePhoto({ letterId, childId }: Place, requestId: string) {
  const all = photosOf(letterId, childId)
  forgetFiles(all.filter((it) => it.requestId === requestId))
  keep(
    letterId,
    childId,
    all.filter((it) => it.requestId !== requestId),
  )
}

export interface Place {
  letterId: string
  childId: string
}

const sending = new Map<string, Promise<boolean>>()

export const isSending = ({ letterId, childId }: Place) => sending.has(keyOf(letterId, childId))

/**
 * Sends what waits, one after the other; whether all have arrived. A lost network leaves them waiting; a photo the school
 * cannot use is taken out and says why.
 */
export function sendPhotos(place: Place): Promise<boolean> {
  const key = keyOf(place.letterId, place.childId)
  const begun = sending.get(key)
  if (begun) return begun
  const run = sendAll(place).finally(() => {
    sending.delete(key)
    tellAll()
  })
  sending.set(key, run)
  tellAll()
  return run
}

async function sendAll({ letterId, childId }: Place) {
  for (const photo of photosOf(letterId, childId).filter((it) => it.id === '')) {
    try {
      const id = await upload({ letterId, childId }, photo)
      keep(
        letterId,
        childId,
        photosOf(letterId, childId).map((it) => (it.requestId === photo.requestId ? { ...it, id } : it)),
      )
    } catch (error) {
      const status = error instanceof Problem ? error.status : 0
      if (status === 0 || status === 401 || status === 429 || status >= 500) return false
      removePhoto({ letterId, childId }, photo.requestId)
      throw error
    }
  }
  return photosOf(letterId, childId).every((it) => it.id !== '')
}

async function upload({ letterId, childId }: Place, { path, requestId }: Photo) {
  const token = session.token() ?? (await session.open())
  const data = await bytesOf(path)
  if (data.byteLength > MOST_BYTES) throw new Problem(413, '照片太大了，请换一张')
  return new Promise<string>((resolve, reject) => {
    wx.request({
      url: `${origin}/api/me/children/${childId}/letters/${letterId}/pictures?request=${requestId}`,
      method: 'POST',
      data,
      header: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      timeout: 60_000,
      success: ({ statusCode, data: answer }) => {
        const said = answer as { id?: string; error?: { message?: string } } | null
        if (statusCode < 400 && said?.id) return resolve(said.id)
        reject(new Problem(statusCode, said?.error?.message ?? '照片没有交上，请稍后再试'))
      },
      fail: () => reject(new Problem(0, '网络不通，照片存在手机里，网络好了会自动上传')),
    })
  })
}

const bytesOf = (filePath: string) =>
  new Promise<ArrayBuffer>((resolve, reject) => {
    wx.getFileSystemManager().readFile({
      filePath,
      success: ({ data }) => resolve(data as ArrayBuffer),
      fail: () => reject(new Problem(400, '照片没有读出来，请重新拍一张')),
    })
  })
