import { add, close, runSteps, style, types } from './steps.ts'
import { runVitest } from './vitest-run.ts'

/** `npm run check`: what can be known without engines: types, rules, the walls between rooms. */
process.env.TEST_ENGINES = 'none'
const checked = await runSteps([...style, ...types])
close(add(checked, await runVitest(['tests/architecture'])))
