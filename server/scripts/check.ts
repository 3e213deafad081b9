import { add, close, runSteps, style, types } from './steps.ts'
import { startVitest } from './vitest-run.ts'

/** `npm run check`: what can be known without engines: types, rules, the walls between rooms. */
process.env.TEST_ENGINES = 'none'
const checked = await runSteps([...style, ...types])
const walls = await startVitest(['tests/architecture'])
close(add(checked, await walls.show()))
