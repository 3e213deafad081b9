import { isWithin } from '../tree/rules.ts'

/** Without what lies inside another one: a school and its own classes are the school. */
export const topmost = <T extends { path: string }>(units: T[]): T[] =>
  units.filter(
    (unit, at) =>
      !units.some((other, i) => (other.path === unit.path ? i < at : isWithin(unit.path, other.path))),
  )
