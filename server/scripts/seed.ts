import type { Env } from '../env.ts'
import { readEnv } from '../env.ts'
import { ensureIndexes } from '../infra/mongo.ts'
import { openDeps } from '../infra/open.ts'
import { UnitModel } from '../modules/org/tree/model.ts'
import { keepDemoCalendar } from './demo-calendar.ts'
import { seedDemoCity } from './demo-city.ts'
import { beginDemoMoves } from './demo-moves.ts'
import { openDemoSchool } from './demo-school.ts'
import { tellDemoStory } from './demo-story.ts'
import { publishContent } from './publish.ts'

type Say = (line: string) => void

/**
 * Puts the published content into the database, and the demo city when `DEMO=1` and no city is there yet.
 * Harmless twice: content that did not change stays as it is.
 */
export async function seed(env: Env, say: Say): Promise<void> {
  const deps = await openDeps(env)
  try {
    await ensureIndexes()
    await publishContent(deps, say)
    if (!env.DEMO || (await UnitModel.exists({ kind: 'city' }))) return
    const { units } = await seedDemoCity(deps, say)
    await tellDemoStory(units, deps, say)
    const school = units.get('云溪市实验中学')
    if (school) await openDemoSchool(school, deps, say)
    await keepDemoCalendar(units, deps, say)
    await beginDemoMoves(units, deps, say)
  } finally {
    await deps.close()
  }
}

if (import.meta.main) {
  await seed(readEnv(process.env), (line) => console.log(line))
}
