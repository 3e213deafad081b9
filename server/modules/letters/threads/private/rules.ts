import type { ThreadRecord } from '../model.ts'

/** 悄悄说 is between one guardian and the post; of everything else the whole family knows. */
export const isKnownTo = (
  { privateTo }: { privateTo: ThreadRecord['privateTo'] | string },
  personId: string,
) => !privateTo || String(privateTo) === personId

/** As staff know who it is with; null where the whole family is. */
export const privateWith = ({ privateTo, privateBy }: Pick<ThreadRecord, 'privateTo' | 'privateBy'>) =>
  privateTo ? privateBy || '一位家长' : null

/** As the log names whose thread it was: of 悄悄说 no other guardian of the child reads the line. */
export const whoseIs = ({ studentId, privateTo }: Pick<ThreadRecord, 'studentId' | 'privateTo'>) => ({
  studentIds: [String(studentId)],
  ...(privateTo && { personId: String(privateTo) }),
})
