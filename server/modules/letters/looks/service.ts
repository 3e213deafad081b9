import { picturesIn } from '#contract/letter-text'
import type { PictureLook } from '#contract/letters'
import { standingOfShared, watchShared } from '../../safety/service.ts'
import type { LetterRecord } from '../model.ts'
import type { Hidden } from './rules.ts'

type Shown = Pick<LetterRecord, 'pictures' | 'attachments' | 'path'>

const imagesOf = ({ attachments = [] }: Shown) => attachments.filter((it) => it.kind === 'image')
const hashesOf = (letter: Shown) => [
  ...new Set([...imagesOf(letter), ...(letter.pictures ?? [])].map((it) => it.sha256)),
]

/**
 * The pictures within a letter and beside it are looked at as soon as they stand in a draft: by WeChat where it has seen the author lately, else
 * by a person of the unit. What was passed there or above, or by WeChat, is asked about no more, in whichever letter it comes again.
 */
export const watchLetter = (letter: LetterRecord, deps: Parameters<typeof watchShared>[1]) =>
  watchShared(
    {
      ...{ hashes: hashesOf(letter), path: letter.path },
      // What is between one family and a teacher nobody above them reads (decision 0020).
      isAlwaysSeen: !letter.isForOneFamily,
      ...{ personId: String(letter.authorId), who: letter.authorName || letter.unitName },
      about: { title: letter.title || '没有写标题的草稿', page: pageOf(letter) },
    },
    deps,
  )

const pageOf = ({ _id }: LetterRecord) => `packages/teacher/letter/letter?id=${String(_id)}`

/** Those of some pictures of a letter that its readers do not see, by their hashes, and why. */
export async function hiddenAmong(hashes: readonly string[], { path }: Pick<LetterRecord, 'path'>) {
  const standing = [...(await standingOfShared(hashes, path))]
  return new Map(standing.flatMap(([sha256, it]) => (it.isHidden ? [[sha256, it.state] as const] : [])))
}

/** The same for the pictures within its text, by their addresses. */
export async function hiddenWithin(
  letter: Pick<Shown, 'pictures' | 'path'>,
): Promise<ReadonlyMap<string, Hidden>> {
  const { pictures = [] } = letter
  const hidden = await hiddenAmong(
    pictures.map((it) => it.sha256),
    letter,
  )
  return new Map(
    pictures.flatMap((it) => {
      const why = hidden.get(it.sha256)
      return why ? [[it.address, why] as const] : []
    }),
  )
}

/** Hashes of the pictures of a letter, within it and beside it, that somebody has sent back. */
export async function returnedIn(letter: Shown): Promise<string[]> {
  const hidden = await hiddenAmong(hashesOf(letter), letter)
  return [...hidden].flatMap(([sha256, why]) => (why === 'returned' ? sha256 : []))
}

/** What its author is told about the pictures of a letter: which ones somebody looks at, and why one was sent back. */
export async function looksOf(letter: LetterRecord): Promise<PictureLook[]> {
  const hashes = hashesOf(letter)
  const found = await standingOfShared(hashes, letter.path)
  return hashes.flatMap((sha256) => {
    const standing = found.get(sha256)
    return standing ? [{ name: nameOf(letter, sha256), ...standing }] : []
  })
}

function nameOf(letter: LetterRecord, sha256: string) {
  const attachment = imagesOf(letter).find((it) => it.sha256 === sha256)
  if (attachment) return `附件“${attachment.name}”`
  const address = letter.pictures?.find((it) => it.sha256 === sha256)?.address
  const within = picturesIn(letter.body)
  const at = within.findIndex((it) => it.address === address)
  return within[at]?.caption ? `图片“${within[at].caption}”` : `信里第${at + 1}张图片`
}
