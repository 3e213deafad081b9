/** Where pages keep what was typed or photographed and has not gone out. */
const KEYS = ['form.', 'photos.', 'talk.', 'notice-draft']

/** Whoever signs out leaves nothing of it to the next person with this phone. */
export function forgetUnsent() {
  for (const key of wx.getStorageInfoSync().keys) {
    if (!KEYS.some((it) => key.startsWith(it))) continue
    if (key.startsWith('photos.')) forgetFiles(wx.getStorageSync<{ path: string }[] | ''>(key) || [])
    wx.removeStorageSync(key)
  }
}

/** Saved files stay on a phone until they are removed. */
export function forgetFiles(files: readonly { path: string }[]) {
  for (const { path } of files)
    wx.getFileSystemManager().removeSavedFile({ filePath: path, fail: () => undefined })
}
