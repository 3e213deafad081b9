import type { AssetKind } from '#contract/files'
import { fileName } from '../../http/links.ts'

/** An upload nobody came back to is thrown away. */
export const KEPT_MS = 48 * 3_600_000
/** The address an upload is sent to; a large film over a slow line takes hours. */
export const TICKET_MINUTES = 24 * 60
export const LEASE_MS = 60_000
/** Work that was begun so often and never ended will not end. */
export const MOST_ATTEMPTS = 3

/** The name as it is shown and offered for saving: no folders, nothing invisible. */
export const shownName = (name: string) => fileName(name.split(/[\\/]/).at(-1) ?? '').trim() || '未命名'

const LINE = /^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})$/

/**
 * The lines of WebVTT or SRT with the seconds they stand, in order; null where the text is neither. Marks inside a line
 * fall away: it is shown as text and nothing else.
 */
export function captionsIn(text: string): { from: number; to: number; text: string }[] | null {
  const cues = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .flatMap((cue) => {
      const lines = cue.split('\n')
      const at = lines.findIndex((it) => it.includes('-->'))
      if (at < 0) return []
      const [from, to] = (lines[at] ?? '').split('-->').map((it) => secondsOf(it.trim().split(/\s/)[0] ?? ''))
      const said = lines
        .slice(at + 1)
        .join(' ')
        .replace(/<[^>]*>|\{\\[^}]*\}/g, '')
        .trim()
      if (from === undefined || to === undefined || from === null || to === null || to <= from || said === '')
        return []
      return [{ from, to, text: said.slice(0, 200) }]
    })
  return cues.length > 0 && cues.length <= 5_000 ? cues.sort((a, b) => a.from - b.from) : null
}

function secondsOf(stamp: string) {
  const [, hours = '0', minutes, seconds, part = '0'] = LINE.exec(stamp) ?? []
  if (!minutes || !seconds) return null
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(part.padEnd(3, '0')) / 1000
}

/** WebVTT for players that show captions themselves. */
export const asWebVtt = (captions: readonly { from: number; to: number; text: string }[]) =>
  `WEBVTT\n\n${captions.map(({ from, to, text }) => `${stamp(from)} --> ${stamp(to)}\n${text.replace(/-->/g, '→')}\n`).join('\n')}`

const stamp = (seconds: number) => new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23)

/** What a player, a phone and the console are given of a file that is ready: a path under `/media/a/<key>/` */
export const MADE = {
  video: 'film.m3u8',
  audio: 'sound.m4a',
  image: 'picture.jpg',
  pdf: 'paper.pdf',
  // For letters alone: none is made, as of a PDF that is for a letter.
  document: 'document',
} as const satisfies Record<AssetKind, string>
export const addressOf = ({ key, kind }: { key: string; kind: AssetKind }) => `/media/a/${key}/${MADE[kind]}`
export const posterOf = ({ key, kind }: { key: string; kind: AssetKind }) =>
  kind === 'video' ? `/media/a/${key}/poster.jpg` : kind === 'image' ? addressOf({ key, kind }) : null
