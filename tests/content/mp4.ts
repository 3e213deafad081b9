/** What a player learns from the boxes of an MP4 file before it decodes a picture. */
export function measureMp4(file: Buffer): { boxes: string[]; seconds: number; codecs: string[] } {
  const boxes = [...eachBox(file)]
  const moov = boxes.find(({ type }) => type === 'moov')?.body ?? Buffer.alloc(0)
  const mvhd = [...eachBox(moov)].find(({ type }) => type === 'mvhd')?.body
  if (!mvhd) throw new Error('no mvhd box: not a film')
  // Version 1 keeps 64-bit times before the time scale.
  const [scaleAt, isLong] = mvhd[0] === 1 ? [20, true] : [12, false]
  const duration = isLong ? Number(mvhd.readBigUInt64BE(scaleAt + 4)) : mvhd.readUInt32BE(scaleAt + 4)
  return {
    boxes: boxes.map(({ type }) => type),
    seconds: duration / mvhd.readUInt32BE(scaleAt),
    codecs: ['avc1', 'hev1', 'mp4a', 'mp4v'].filter((codec) => moov.includes(codec)),
  }
}

function* eachBox(from: Buffer): Generator<{ type: string; body: Buffer }> {
  let at = 0
  while (at + 8 <= from.length) {
    const size = from.readUInt32BE(at)
    const [header, length] =
      size === 1 ? [16, Number(from.readBigUInt64BE(at + 8))] : [8, size || from.length - at]
    if (length < header || at + length > from.length) throw new Error(`broken box at byte ${at}`)
    yield { type: from.toString('latin1', at + 4, at + 8), body: from.subarray(at + header, at + length) }
    at += length
  }
}
