import { fetchCopy } from './copies'

/** Fetches the signed credential and hands it on: to a chat such as 文件传输助手, where it stays a file. */
export async function saveBadge(link: string, number: string) {
  const filePath = await fetchCopy(link)
  await wx.shareFileMessage({ filePath, fileName: `家庭教育绿证_电子凭证_${number}.json` })
}
