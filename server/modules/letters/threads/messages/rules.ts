/** Where a tap on a message about a thread leads a family. */
export const threadPage = ({ letterId, studentId }: { letterId: unknown; studentId: unknown }) =>
  `packages/letter/thread/thread?id=${String(letterId)}&child=${String(studentId)}`
