/** Rooms whose pictures are looked at: of threads, of forms, and beside letters. */
export type Shelf = 'threads' | 'answers' | 'letters'

/** WeChat fetches a picture and answers within half an hour. */
export const LINK_MINUTES = 35

/** What it has not spoken of by then is looked at by a person. */
export const SILENT_MS = 60 * 60_000

/** WeChat may speak before we know the number of our question: its word is kept so long. */
export const WORD_SECONDS = 3600

export const wordKey = (traceId: string) => `safety:word:${traceId}`

/** Pictures beside and within letters: the same bytes stand in many letters of many units. */
export const SHARED: Shelf = 'letters'
/** What has been said of those. */
export const OF_SHARED = /^letters:/

export const subjectOf = (shelf: Shelf, id: string) => `${shelf}:${id}`

/** The shelf on which a picture lies, and its number there. */
export function placeOf(subject: string): { shelf: string; id: string } {
  const at = subject.indexOf(':')
  return { shelf: subject.slice(0, at), id: subject.slice(at + 1) }
}
