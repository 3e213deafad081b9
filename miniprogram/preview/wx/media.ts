import type { Video } from '../elements/video.ts'
import type { Instance } from '../engine/engine.ts'
import { screen } from '../screen.ts'
import { addressOf, keepTemp } from '../temp-files.ts'
import { api, nothing, type Phone, Refused } from './api.ts'
import { showModal, showToast } from './dialogs.ts'
import { button, element } from './overlay.ts'
import { needPrivacy } from './privacy.ts'

interface Choice {
  count?: number
  mediaType?: string[]
  type?: string
  extension?: string[]
}

/** Opens the browser's file dialog and keeps what was chosen as temporary files. */
async function choose(accept: string, count: number) {
  const input = Object.assign(document.createElement('input'), { type: 'file', accept, multiple: count > 1 })
  const files = await new Promise<File[]>((resolve, reject) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])].slice(0, count)))
    input.addEventListener('cancel', () => reject(new Refused('cancel')))
    input.click()
  })
  return files.map((file) => ({ file, path: keepTemp(file, file.name.split('.').at(-1)) }))
}

const ACCEPT: Record<string, string> = { image: 'image/*', video: 'video/*', mix: 'image/*,video/*' }

async function chooseMedia({ count = 9, mediaType = ['image', 'video'] }: Choice) {
  await needPrivacy('chooseMedia')
  const chosen = await choose(mediaType.map((it) => ACCEPT[it] ?? '').join(','), count)
  const tempFiles = chosen.map(({ file, path }) => ({
    tempFilePath: path,
    size: file.size,
    fileType: file.type.startsWith('video') ? 'video' : 'image',
  }))
  return { type: tempFiles[0]?.fileType ?? 'image', tempFiles }
}

async function chooseMessageFile({ count = 1, extension = [] }: Choice) {
  await needPrivacy('chooseMessageFile')
  const chosen = await choose(extension.map((it) => `.${it.replace(/^\./, '')}`).join(','), count)
  return {
    tempFiles: chosen.map(({ file, path }) => ({
      path,
      name: file.name,
      size: file.size,
      type: 'file',
      time: 0,
    })),
  }
}

/** Asks what the camera would have read: a browser in front of a desk sees no code. */
async function scanCode() {
  const result = window.prompt('扫到的内容')
  if (!result) throw new Refused('cancel')
  return { result, scanType: 'QR_CODE', charSet: 'UTF-8', path: '', rawData: '' }
}

/** Nothing is made smaller here; what was chosen is what there is. */
const compressImage = ({ src }: { src: string }) => ({ tempFilePath: src })

function download(filePath: string) {
  const name = filePath.split('/').at(-1) ?? 'file'
  Object.assign(document.createElement('a'), { href: addressOf(filePath), download: name }).click()
}

/** Covers the screen until it is closed. */
function cover(className: string, ...children: HTMLElement[]) {
  const layer = element('div', `mp-cover ${className}`, ...children)
  layer.append(button('关闭', () => layer.remove(), 'close'))
  screen.append(layer)
  return layer
}

function previewImage({ urls, current }: { urls: string[]; current?: string }) {
  let at = Math.max(0, urls.indexOf(current ?? urls[0] ?? ''))
  const image = document.createElement('img')
  const show = () => {
    image.src = addressOf(urls[at] ?? '')
    image.alt = `第 ${at + 1} 张，共 ${urls.length} 张`
  }
  image.addEventListener('click', () => {
    at = (at + 1) % urls.length
    show()
  })
  show()
  cover('picture', image)
}

function openDocument({ filePath, fileType = '' }: { filePath: string; fileType?: string }) {
  if (fileType !== 'pdf') {
    const said = '手机上由微信打开；这里请下载后查看'
    const words = element('p', 'file', `${fileType.toUpperCase()} 文件。${said}`)
    cover('document', words).append(button('下载', () => download(filePath), 'download'))
    return
  }
  const frame = Object.assign(document.createElement('iframe'), {
    src: addressOf(filePath),
    title: `文档 ${fileType}`,
  })
  cover('document', frame).append(button('下载', () => download(filePath), 'download'))
}

interface CanvasToFile {
  canvas: HTMLCanvasElement
  x?: number
  y?: number
  width?: number
  height?: number
  destWidth?: number
  destHeight?: number
  fileType?: 'png' | 'jpg'
  quality?: number
}

async function canvasToTempFilePath({
  canvas,
  x = 0,
  y = 0,
  fileType = 'png',
  quality = 1,
  ...size
}: CanvasToFile) {
  const { width = canvas.width - x, height = canvas.height - y } = size
  const { destWidth = width, destHeight = height } = size
  const target = Object.assign(document.createElement('canvas'), { width: destWidth, height: destHeight })
  target.getContext('2d')?.drawImage(canvas, x, y, width, height, 0, 0, destWidth, destHeight)
  const type = fileType === 'jpg' ? 'image/jpeg' : 'image/png'
  const blob = await new Promise<Blob | null>((resolve) => target.toBlob(resolve, type, quality))
  if (!blob) throw new Refused('canvas is empty')
  return { tempFilePath: keepTemp(blob, fileType) }
}

/** wx.createVideoContext(id, this): the player with that id in the page or component. */
function createVideoContext({ router }: Phone) {
  return (id: string, within?: Instance) => {
    const player = () => {
      const found = (within ?? router.top.instance)._$.getShadowRoot()
        ?.querySelector(`#${id}`)
        ?.getBackendElement() as unknown
      if (!(found instanceof HTMLElement) || found.localName !== 'wx-video')
        throw new Error(`There is no <video id="${id}">`)
      return found as Video
    }
    return {
      play: () => player().play(),
      pause: () => player().pause(),
      stop: () => player().stop(),
      seek: (position: number) => player().seek(position),
      playbackRate: (rate: number) => player().playbackRate(rate),
      requestFullScreen: () => player().requestFullScreen(),
      exitFullScreen: () => player().exitFullScreen(),
    }
  }
}

async function saved(what: string, filePath: string) {
  await needPrivacy(what)
  download(filePath)
  showToast({ title: '已保存到相册' })
}

export const mediaApi = (phone: Phone) => ({
  chooseMedia: api('chooseMedia', chooseMedia),
  chooseMessageFile: api('chooseMessageFile', chooseMessageFile),
  previewImage: api('previewImage', previewImage),
  openDocument: api('openDocument', openDocument),
  scanCode: api('scanCode', scanCode),
  compressImage: api('compressImage', compressImage),
  /** A chat to send to there is not: the file is kept by the browser. */
  shareFileMessage: api('shareFileMessage', ({ filePath }: { filePath: string }) => download(filePath)),
  saveImageToPhotosAlbum: api('saveImageToPhotosAlbum', ({ filePath }: { filePath: string }) =>
    saved('saveImageToPhotosAlbum', filePath),
  ),
  canvasToTempFilePath: api('canvasToTempFilePath', canvasToTempFilePath),
  createVideoContext: createVideoContext(phone),
  getImageInfo: api('getImageInfo', async ({ src }: { src: string }) => {
    const image = Object.assign(new window.Image(), { src: addressOf(src) })
    await image.decode()
    return {
      width: image.naturalWidth,
      height: image.naturalHeight,
      path: src,
      orientation: 'up',
      type: 'png',
    }
  }),
  authorize: nothing('authorize'),
  setClipboardData: api('setClipboardData', async ({ data }: { data: string }) => {
    await navigator.clipboard?.writeText(data).catch(() => undefined)
    showToast({ title: '内容已复制' })
  }),
  makePhoneCall: api('makePhoneCall', async ({ phoneNumber }: { phoneNumber: string }) => {
    const { confirm } = await showModal({ content: phoneNumber, confirmText: '呼叫' })
    if (!confirm) throw new Refused('cancel')
  }),
  addPhoneCalendar: api('addPhoneCalendar', async ({ title }: { title: string }) => {
    await needPrivacy('addPhoneCalendar')
    const { confirm } = await showModal({ title: '添加到系统日历', content: title, confirmText: '添加' })
    if (!confirm) throw new Refused('cancel')
  }),
})
