import { Refusal } from '../../../../http/errors.ts'
import type { Deps } from '../../../../infra/deps.ts'
import { picturesBy } from '../../pictures/service.ts'
import type { Drawn, SignedPhoto } from '../model.ts'

/** Photos as they are when an answer is signed: how large, and the hash that vouches for their bytes. In the order they were taken. */
export async function photosAsSigned(
  pictureIds: readonly string[],
  { files }: Pick<Deps, 'files'>,
): Promise<SignedPhoto[]> {
  const found = await picturesBy(pictureIds)
  return Promise.all(
    pictureIds.map(async (id, at) => {
      const sha256 = found.get(id)?.sha256
      const bytes = sha256 && (await files.get(sha256).catch(() => null))
      if (!sha256 || !bytes) throw new Refusal('conflict', '填表时拍的照片打不开了，请重新拍好、提交后再签字')
      return { name: `照片${at + 1}`, bytes: bytes.length, sha256 }
    }),
  )
}

/**
 * Whether the photos of a signed answer are those that were signed: the first thing that is wrong counts. Gone is none of it wrong: a photo
 * goes with the account of who took it, and its hash in the copy still proves what the family holds. Null where there were none.
 */
export async function standingOfPhotos({ answers = [] }: Drawn, { files }: Pick<Deps, 'files'>) {
  const photos = answers.flatMap((it) => it.photos ?? [])
  if (photos.length === 0) return null
  const found = await Promise.all(
    photos.map(({ sha256 }) =>
      files.get(sha256).then(
        () => 'intact' as const,
        (error: { code?: string }) => (error.code === 'ENOENT' ? ('gone' as const) : ('altered' as const)),
      ),
    ),
  )
  return found.find((it) => it === 'altered') ?? found.find((it) => it === 'gone') ?? 'intact'
}
