import { readEnv } from '../env.ts'
import { openDeps } from '../infra/open.ts'
import { checkCopies } from '../modules/letters/verifying/service.ts'

/** Checks every signed copy; exit code 1 with the first that is not what was signed. */
async function main() {
  const deps = await openDeps(readEnv(process.env))
  try {
    const { checked, broken } = await checkCopies(deps)
    if (broken) {
      console.error(
        `签收单有一份不对：《${broken.title}》，编号 ${broken.signatureId}，${broken.because}。在它之前的 ${checked} 份完好。`,
      )
      return 1
    }
    console.log(`签收单完好：核对了 ${checked} 份。`)
    return 0
  } finally {
    await deps.close()
  }
}

process.exit(await main())
