import { addressOf, forget, keepAs, readTemp, USER_DATA_PATH } from '../temp-files.ts'
import { api, Refused } from './api.ts'

interface Read {
  filePath: string
  encoding?: string
}

interface Write {
  filePath: string
  data: string | ArrayBuffer
  encoding?: string
}

export const arrayBufferToBase64 = (buffer: ArrayBuffer) => {
  let binary = ''
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

export const base64ToArrayBuffer = (text: string) =>
  Uint8Array.from(atob(text), (it) => it.charCodeAt(0)).buffer

async function readFile({ filePath, encoding }: Read) {
  const blob = readTemp(filePath) ?? (await packagedFile(filePath))
  if (encoding === 'base64') return { data: arrayBufferToBase64(await blob.arrayBuffer()) }
  return { data: encoding ? await blob.text() : await blob.arrayBuffer() }
}

async function packagedFile(filePath: string) {
  const response = await fetch(addressOf(filePath))
  if (!response.ok) throw new Refused(`no such file or directory, open "${filePath}"`)
  return response.blob()
}

const MIME: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  pdf: 'application/pdf',
  txt: 'text/plain',
}

function writeFileSync(filePath: string, data: string | ArrayBuffer, encoding?: string) {
  if (!filePath.startsWith(USER_DATA_PATH)) throw new Refused(`permission denied, open "${filePath}"`)
  const bytes = typeof data === 'string' && encoding === 'base64' ? base64ToArrayBuffer(data) : data
  keepAs(filePath, new Blob([bytes], { type: MIME[filePath.split('.').at(-1) ?? ''] ?? '' }))
}

const saveFile = api('saveFile', ({ tempFilePath }: { tempFilePath: string }) => {
  const blob = readTemp(tempFilePath)
  if (!blob) throw new Refused(`file not found: ${tempFilePath}`)
  return { savedFilePath: keepAs(`${USER_DATA_PATH}/${tempFilePath.split('/').at(-1)}`, blob) }
})

const removeSavedFile = api('removeSavedFile', ({ filePath }: { filePath: string }) => {
  if (!forget(filePath)) throw new Refused(`file doesn't exist, remove "${filePath}"`)
})

const manager = {
  saveFile,
  removeSavedFile,
  readFile: api('readFile', readFile),
  writeFile: api('writeFile', ({ filePath, data, encoding }: Write) =>
    writeFileSync(filePath, data, encoding),
  ),
  writeFileSync,
  access: api('access', ({ path }: { path: string }) => {
    if (!readTemp(path)) throw new Refused(`no such file or directory "${path}"`)
  }),
  unlink: api('unlink', ({ filePath }: { filePath: string }) => {
    if (!forget(filePath)) throw new Refused(`no such file or directory "${filePath}"`)
  }),
}

export const filesApi = () => ({
  env: { USER_DATA_PATH },
  getFileSystemManager: () => manager,
  arrayBufferToBase64,
  base64ToArrayBuffer,
  saveFile,
})
