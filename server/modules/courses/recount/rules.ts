interface Family<Id> {
  studentId: Id
  path: string
}

/**
 * The families a certificate counts for today: those it was issued for, where their children are now, and every other
 * child of the holder whose grade asks for this certificate. A child who left the city stays where it was last seen.
 */
export function familiesNow<Id>(
  counted: readonly Family<Id>[],
  children: readonly (Family<Id> & { isAsked: boolean })[],
): Family<Id>[] {
  const isSame = (a: Family<Id>, b: Family<Id>) => String(a.studentId) === String(b.studentId)
  const kept = counted.map((it) => ({
    studentId: it.studentId,
    path: children.find((child) => isSame(child, it))?.path ?? it.path,
  }))
  const joined = children.filter((it) => it.isAsked && !counted.some((one) => isSame(one, it)))
  return [...kept, ...joined.map(({ studentId, path }) => ({ studentId, path }))]
}
