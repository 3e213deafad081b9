import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes the longest begins first, so that the workers end together; the times of the last run are not in a fresh clone. */
const HEAVY = [
  '/e2e/',
  '/access/',
  '/preview.test',
  '/engines',
  '-crash.test',
  '-faults.test',
  '-burst.test',
  '/roster',
  '/injection',
  '/live',
  '/video',
  '/self-check',
  '/certificates',
  '/shutdown',
]

const weight = ({ moduleId }: TestSpecification) => {
  const at = HEAVY.findIndex((it) => moduleId.includes(it))
  return at < 0 ? HEAVY.length : at
}

export class HeaviestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    return (await super.sort(files)).toSorted((a, b) => weight(a) - weight(b))
  }
}
