import { join } from 'node:path'
import { readProgramme } from '../../content/schema.ts'
import type { Deps } from '../infra/deps.ts'
import { publishProgramme } from '../modules/courses/programmes/service.ts'

const COURSES = join(import.meta.dirname, '../../content/courses')
const PROGRAMMES = ['grade7']

/** Publishes every programme that the repository carries. What did not change stays as it is. */
export async function publishContent(deps: Pick<Deps, 'clock' | 'env'>, say: (line: string) => void) {
  for (const name of PROGRAMMES) {
    const programme = readProgramme(join(COURSES, name))
    await publishProgramme(programme, deps)
    say(`课程：${programme.title}，${programme.lessons.length} 课`)
  }
}
