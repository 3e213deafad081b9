import { vi } from 'vitest'

/** The part of `wx.request`'s option that the services fill in. */
interface Asked {
  url: string
  method: string
  data?: unknown
  header?: { authorization?: string }
  timeout?: number
  success: (answer: { statusCode: number; data: unknown }) => void
  fail: (reason: { errMsg: string; errno: number }) => void
}

/** A phone for the mini-program's services: real storage semantics, and every request waits until it is answered. */
export function usePhone() {
  const storage = new Map<string, unknown>()
  const asked: Asked[] = []
  const login = vi.fn(async () => ({ code: `code-${login.mock.calls.length}`, errMsg: 'login:ok' }))
  const showToast = vi.fn(async () => undefined)
  const went: string[] = []
  const removed: string[] = []
  const travel =
    (way: string) =>
    async ({ url }: { url: string }) =>
      void went.push(`${way} ${url}`)
  let stack: object[] = [{ route: 'pages/home/home', options: {} }]

  vi.stubGlobal('__ORIGIN__', 'https://server.test')
  vi.stubGlobal('getCurrentPages', () => stack)
  vi.stubGlobal('wx', {
    getStorageSync: (key: string) => structuredClone(storage.get(key)) ?? '',
    setStorageSync: (key: string, value: unknown) => void storage.set(key, structuredClone(value)),
    removeStorageSync: (key: string) => void storage.delete(key),
    getStorageInfoSync: () => ({ keys: [...storage.keys()] }),
    getFileSystemManager: () => ({
      readFile: ({ success }: { success: (it: { data: ArrayBuffer }) => void }) =>
        success({ data: new ArrayBuffer(8) }),
      removeSavedFile: ({ filePath }: { filePath: string }) => void removed.push(filePath),
    }),
    request: (option: Asked) => void asked.push(option),
    login,
    showToast,
    navigateTo: travel('navigateTo'),
    redirectTo: travel('redirectTo'),
    switchTab: travel('switchTab'),
    reLaunch: travel('reLaunch'),
    navigateBack: async () => void went.push('navigateBack'),
  })
  // Each test gets services that have just been started.
  vi.resetModules()

  return {
    storage,
    asked,
    login,
    showToast,
    went,
    /** Saved files that were removed again. */
    removed,
    standOn: (pages: object[]) => {
      stack = pages
    },
    /** The next request that nobody has answered, waiting for it to be made. */
    async next(): Promise<Asked & { path: string; token: string | undefined }> {
      await vi.waitFor(() => {
        if (asked.length === 0) throw new Error('nothing was asked')
      })
      const option = asked.shift() as Asked
      return {
        ...option,
        path: `${option.method} ${option.url.replace('https://server.test/api', '')}`,
        token: option.header?.authorization?.replace('Bearer ', ''),
      }
    },
  }
}

export const answer = (option: Asked, statusCode: number, data: unknown) =>
  option.success({ statusCode, data })

export const refuse = (option: Asked, statusCode: number, message: string) =>
  answer(option, statusCode, { error: { code: 'said', message } })

export const cutOff = (option: Asked) => option.fail({ errMsg: 'request:fail timeout', errno: 5 })

/** The server's answer to a sign-in. */
export const opened = (token: string, change: object = {}) => ({
  token,
  expiresAt: '2026-12-25T10:00:00.000Z',
  me: person(change),
})

export const person = (change: object = {}) => ({
  personId: 'a'.repeat(24),
  name: '张三妈妈',
  role: 'guardian',
  maskedPhone: '138****1234',
  posts: [],
  children: [],
  matchesWaiting: 0,
  joinsWaiting: 0,
  canSwitchRole: false,
  hasTotp: false,
  ...change,
})

export const child = (id: string, name: string) => ({
  studentId: id.repeat(24),
  name,
  relation: '妈妈',
  classId: 'c'.repeat(24),
  className: '七年级2班',
  schoolName: '实验中学',
  grade: 7,
  classTeacher: '李老师',
})
