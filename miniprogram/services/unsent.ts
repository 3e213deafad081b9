/** Where pages keep what was typed or photographed and has not gone out. */
const KEYS = ['form.', 'photos.', 'talk.', 'notice-draft']

/** Whoever signs out leaves nothing of it to the next person with this phone. */
export function forgetUnsent() {
  for (const key of wx.getStorageInfoSync().keys) {
    if (!KEYS.some((it) => key.startsWith(it))) continue
    forgetFiles(filesOf(key))
    wx.removeStorageSync(key)
  }
}

type Files = readonly { path: string }[]
function filesOf(key: string): Files {
  if (key.startsWith('photos.')) return wx.getStorageSync<Files | ''>(key) || []
  if (!key.startsWith('talk.')) return []
  // An older release kept words alone.
  const draft = wx.getStorageSync<{ files: Files } | string>(key)
  return typeof draft === 'string' ? [] : draft.files
}

/** Saved files stay on a phone until they are removed. */
export function forgetFiles(files: readonly { path: string }[]) {
  for (const { path } of files)
    wx.getFileSystemManager().removeSavedFile({ filePath: path, fail: () => undefined })
}
