import type { LetterForm } from '#contract/letter-form'
import { linkProblem } from '#contract/letter-links'
import type { AuthorBlank } from '#contract/letters'
import { picturesIn as picturesOf } from '#contract/letter-text'
import { Refusal } from '../../../http/errors.ts'
import { holdByKey, picturesIn } from '../../files/service.ts'
import type { UnitScope } from '../../org/policy.ts'
import { idsOf } from '../../org/tree/rules.ts'
import { addedSites, usualSites } from '../links/service.ts'
import type { FrozenPicture } from '../rules.ts'
import { keyOf, MOST_PICTURES, spoken } from './rules.ts'

interface Words {
  title: string
  body: string
  pledge?: string
  form?: LetterForm | null | undefined
  blanks?: readonly AuthorBlank[] | undefined
}

/** A letter leads to known sites alone; one that is left out in silence would be missed by the families. */
export async function refuseForeignLinks({ path }: Pick<UnitScope, 'path'>, words: Words) {
  const problem = linkProblem(spoken(words), usualSites())
  // Hardly any letter leads beyond the usual sites: the city is asked only for those.
  const still = problem && linkProblem(spoken(words), [...usualSites(), ...(await addedSites(path))])
  if (still) throw new Refusal('invalid', still)
}

/**
 * What is looked at whenever a letter is saved: where it leads, and that its pictures are of the unit that writes or one above it, from which
 * it may have been taken over. Gives the pictures as they are frozen; they stay from now on.
 */
export async function wordsInOrder(
  scope: UnitScope<'writeLetters'>,
  words: Words,
): Promise<{ pictures: FrozenPicture[] }> {
  await refuseForeignLinks(scope, words)
  const shown = [...new Set(picturesOf(words.body).map((it) => it.address))]
  if (shown.length === 0) return { pictures: [] }
  if (shown.length > MOST_PICTURES) throw new Refusal('invalid', `一封信最多放${MOST_PICTURES}张图片`)
  const found = await picturesIn(idsOf(scope.path), shown.map(keyOf))
  const pictures = shown.map((address) => {
    const sha256 = found.find((it) => it.key === keyOf(address))?.sha256
    if (!sha256) throw new Refusal('invalid', '信里有一张图片找不到了，请重新上传')
    return { address, sha256 }
  })
  await holdByKey(found.map((it) => it.key))
  return { pictures }
}
