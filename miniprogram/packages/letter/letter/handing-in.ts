import {
  answerMyLetter,
  type AnswerItem,
  type LetterForm,
  type MyLetter,
  problemsIn,
  valuesOf,
} from '../../../contract'
import { deliver } from '../../../services/queue'
import { dropDraft, keepDraft } from './draft'
import { dropPhotos, type Photo, photosOf, type Place, sendPhotos } from './pictures'

/** What came of it: what is still missing, or the letter as it stands; null while it waits for the network. */
type HandedIn = { problem: string; isWaiting?: boolean } | { letter: MyLetter | null }

/** Hands in a form: the photos first, each once however often it was begun, then the answers with their numbers. */
export async function handIn(place: Place, form: LetterForm, items: AnswerItem[]): Promise<HandedIn> {
  const { letterId, childId } = place
  if (!(await sendPhotos(place)))
    return { problem: '照片还没有传上去，网络好了再提交，填的都存好了', isWaiting: true }
  const whole = withPhotos(items, photosOf(letterId, childId))
  const [problem] = problemsIn(form, valuesOf(whole)).values()
  if (problem) return { problem }
  const answers = whole.filter((it) => form.fields.some((one) => one.code === it.code))
  const letter = await deliver(answerMyLetter, { letterId, studentId: childId, answers })
  if (letter) forget(place)
  else keepDraft(letterId, childId, answers, true)
  return { letter }
}

export function forget({ letterId, childId }: Place) {
  dropDraft(letterId, childId)
  dropPhotos(letterId, childId)
}

/** A photo that has arrived belongs to its question, whether or not the page had heard of it. */
export function withPhotos(items: readonly AnswerItem[], photos: readonly Photo[]): AnswerItem[] {
  const codes = [...new Set(photos.map((it) => it.code))]
  return [
    ...items.filter((it) => !codes.includes(it.code)),
    ...codes.map((code) => ({
      code,
      value: { pictures: photos.filter((it) => it.code === code && it.id).map((it) => it.id) },
    })),
  ]
}
