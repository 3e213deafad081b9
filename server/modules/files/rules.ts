import type { AssetKind } from '#contract/files'
import { fileName } from '../../http/links.ts'
import { cuesIn } from '../../infra/video/captions.ts'

/** An upload nobody came back to is thrown away. */
export const KEPT_MS = 48 * 3_600_000
/** The address an upload is sent to; a large film over a slow line takes hours. */
export const TICKET_MINUTES = 24 * 60
export const LEASE_MS = 60_000
/** Work that was begun so often and never ended will not end. */
export const MOST_ATTEMPTS = 3

/** The name as it is shown and offered for saving: no folders, nothing invisible. */
export const shownName = (name: string) => fileName(name.split(/[\\/]/).at(-1) ?? '').trim() || '未命名'

/**
 * The captions somebody pasted, in the order they are shown; null where the text is none. The lines of one are parted by a blank: nobody knows
 * whether they were broken inside a sentence.
 */
export function captionsIn(text: string): { from: number; to: number; text: string }[] | null {
  const captions = cuesIn(text)
    .map(({ from, to, lines }) => ({ from, to, text: lines.join(' ').slice(0, 200) }))
    .filter((it) => it.text !== '')
  return captions.length > 0 && captions.length <= 5_000 ? captions.sort((a, b) => a.from - b.from) : null
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
