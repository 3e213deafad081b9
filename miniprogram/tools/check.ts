import { checkHandlers } from './checks/handlers.ts'
import { checkWithCompilers, hasOfficialCompilers } from './checks/official.ts'
import { inWords, type Problem } from './checks/problem.ts'
import { checkStructure } from './checks/structure.ts'
import { isFile } from './files.ts'

/** Everything that can be known about the mini-program without a phone. */
export function checkMiniprogram(from: string, built: string, origin: string): Problem[] {
  if (!isFile(`${built}/app.json`))
    throw new Error(`${built} is not built yet: node miniprogram/tools/build.ts`)
  return [...checkWithCompilers(built), ...checkStructure(built, origin), ...checkHandlers(from)]
}

if (import.meta.main) {
  const [from = 'miniprogram', built = 'dist/miniprogram'] = process.argv.slice(2)
  const { MP_ORIGIN: origin = 'http://127.0.0.1:3000' } = process.env
  if (!hasOfficialCompilers) {
    process.stderr.write(
      "WeChat's own compilers run on x86-64 Linux only: WXML is checked by glass-easel, WXSS is not.\n",
    )
  }
  try {
    const problems = checkMiniprogram(from, built, origin)
    for (const problem of problems) process.stderr.write(`${inWords(problem)}\n`)
    process.exitCode = problems.length > 0 ? 1 : 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
