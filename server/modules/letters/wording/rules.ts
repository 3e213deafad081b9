import type { LetterForm } from '#contract/letter-form'

export const MOST_PICTURES = 9

/** The folder a picture lies in. */
export const keyOf = (address: string) => address.split('/')[3] ?? ''

/** Everything of a letter that people wrote and families read, one thing a line. */
export const spoken = ({
  title,
  body,
  pledge = '',
  form,
  blanks = [],
}: {
  title: string
  body: string
  pledge?: string
  form?: LetterForm | null | undefined
  blanks?: readonly { value: string }[] | undefined
}) =>
  [
    title,
    body,
    pledge,
    ...blanks.map((it) => it.value),
    ...(form?.fields ?? []).flatMap((it) => [it.label, it.hint ?? '', ...(it.options ?? [])]),
  ].join('\n')
