import { ContentModel, type ContentRecord } from '../../model.ts'
import { placeOf, SHARED, subjectOf } from '../rules.ts'
import { type Shown, watchPictures } from '../service.ts'
import { wordsOn } from '../words/service.ts'
import { hashOf, holdingAt, type PictureStanding, reviewersOf, sharedId, standingIn } from './rules.ts'

/**
 * The same for pictures that come again and again, by their hashes: a unit is asked once about each, and not where one above it has been.
 * What WeChat has called harmless nobody is asked about; what it doubts waits, hidden, for a person of each unit that shows it.
 */
export async function watchShared(
  { hashes, ...shown }: Omit<Shown, 'shelf' | 'ids' | 'isDoubted'> & { hashes: readonly string[] },
  deps: Parameters<typeof watchPictures>[1],
) {
  const unitId = reviewersOf(shown.path).at(-1)
  const known = await looksAt(hashes, shown.path)
  const unseen = hashes.filter((it) => !known.has(it))
  if (!unitId || unseen.length === 0) return
  const words = await wordsOn(unseen)
  const those = (said: 'doubt' | undefined) =>
    unseen.filter((it) => words.get(it) === said).map((it) => sharedId(unitId, it))
  await watchPictures({ ...shown, shelf: SHARED, ids: those(undefined) }, deps)
  await watchPictures({ ...shown, shelf: SHARED, ids: those('doubt'), isDoubted: true }, deps)
}

/** How some pictures stand at a place that nobody has passed there, by their hashes. */
export async function standingOfShared(
  hashes: readonly string[],
  path: string,
): Promise<ReadonlyMap<string, PictureStanding>> {
  const looks = await looksAt(hashes, path)
  return new Map(
    [...looks].flatMap(([sha256, found]) => {
      const standing = standingIn(found)
      return standing ? [[sha256, standing] as const] : []
    }),
  )
}

type Look = Pick<ContentRecord, 'subject' | 'path' | 'status' | 'because' | 'words'>

/** What has been asked or said of some pictures at a place and above it. One read by keys, whatever other units were asked. */
async function looksAt(hashes: readonly string[], path: string): Promise<Map<string, Look[]>> {
  if (hashes.length === 0) return new Map()
  const ids = hashes.flatMap((sha256) => [
    ...reviewersOf(path).map((unitId) => sharedId(unitId, sha256)),
    // As it was kept once, by the unit that asked first.
    sha256,
  ])
  const found = await ContentModel.find(
    { kind: 'picture', subject: { $in: ids.map((id) => subjectOf(SHARED, id)) } },
    { subject: 1, path: 1, status: 1, because: 1, words: 1 },
  ).lean<Look[]>()
  return Map.groupBy(holdingAt(found, path), (it) => hashOf(placeOf(it.subject).id))
}
