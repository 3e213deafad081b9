/** What is said while a film or a recording plays, as people write it: WebVTT or SRT. */
export interface Cue {
  /** Seconds from the beginning. */
  from: number
  to: number
  /** As they are broken on the screen, without marks: they are shown as text and nothing else. */
  lines: string[]
}

const STAMP = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})$/
const MARKS = /<[^>]*>|\{\\[^}]*\}/g

/** The cues of a text in its order; what is none is passed over. */
export function cuesIn(text: string): Cue[] {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .flatMap((cue): Cue[] => {
      const lines = cue.split('\n')
      const at = lines.findIndex((it) => it.includes('-->'))
      const [from, to] = (lines[at] ?? '').split('-->').map(secondsOf)
      if (from === undefined || to === undefined || !(to > from)) return []
      const said = lines.slice(at + 1).map((it) => it.replace(MARKS, '').trim())
      return [{ from, to, lines: said.filter((it) => it !== '') }]
    })
}

/** 00:01:05.500 or 01:05,5 in seconds, whatever stands behind it; NaN where it is none. */
function secondsOf(stamp: string) {
  const [, hours = '0', minutes, seconds, part = '0'] = STAMP.exec(stamp.trim().split(/\s/)[0] ?? '') ?? []
  if (!minutes || !seconds) return NaN
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(part.padEnd(3, '0')) / 1000
}
