import { programmeDirs, readProgramme } from '../../content/schema.ts'
import type { Deps } from '../infra/deps.ts'
import { publishProgramme } from '../modules/courses/programmes/service.ts'

/** Publishes every programme that the repository carries. What did not change stays as it is. */
export async function publishContent(deps: Pick<Deps, 'clock' | 'env'>, say: (line: string) => void) {
  for (const dir of programmeDirs()) {
    const programme = readProgramme(dir)
    await publishProgramme(programme, deps)
    say(`课程：${programme.title}，${programme.lessons.length} 课`)
  }
}
