import { readFile, rm } from 'node:fs/promises'
import { follow, type Tally } from './steps.ts'

const RESULTS = '.data/test/results.json'

interface Results {
  numPassedTests: number
  numFailedTests: number
  testResults: { name: string; status: string; message: string; assertionResults: { status: string }[] }[]
}

/** Runs Vitest in the open and counts every test from its own report. */
export async function runVitest(paths: string[]): Promise<Tally> {
  await rm(RESULTS, { force: true })
  const code = await follow('vitest', [
    'run',
    ...['--config', 'tests/vitest.config.ts', '--reporter=default', '--reporter=json'],
    ...[`--outputFile.json=${RESULTS}`, ...paths],
  ])
  const tally = await readTally()
  // Errors outside of any test (a rejected promise nobody awaited) fail the run but no test.
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

async function readTally(): Promise<Tally> {
  const text = await readFile(RESULTS, 'utf8').catch(() => null)
  if (!text) return { passed: 0, failed: 1 }
  const results = JSON.parse(text) as Results
  // A file that cannot be loaded has no tests that could fail; it counts as one.
  const broken = results.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  return { passed: results.numPassedTests, failed: results.numFailedTests + broken.length }
}
