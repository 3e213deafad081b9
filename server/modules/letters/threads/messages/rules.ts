import type { ThreadRecord } from '../model.ts'

/** Where a tap on a message about a thread leads a family. */
export const threadPage = ({
  letterId,
  studentId,
  privateTo,
}: Pick<ThreadRecord, 'letterId' | 'studentId' | 'privateTo'>) =>
  `packages/letter/thread/thread?id=${String(letterId)}&child=${String(studentId)}${privateTo ? '&seenBy=me' : ''}`

/** And where it leads a post. */
export const deskPage = ({ _id }: Pick<ThreadRecord, '_id'>) =>
  `packages/teacher/thread/thread?id=${String(_id)}`

/**
 * By which the messages about a thread are found: with the child's id in it, so that who parts from the child is rid of them. A private thread
 * has a subject of its own, as there are several below one letter.
 */
export const subjectOf = ({
  _id,
  letterId,
  studentId,
  privateTo,
}: Pick<ThreadRecord, '_id' | 'letterId' | 'studentId' | 'privateTo'>) =>
  privateTo
    ? `private-${String(_id)}-${String(studentId)}`
    : `thread-${String(letterId)}-${String(studentId)}`
