import { execFile } from 'node:child_process'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const steps = new URL('../../server/scripts/steps.ts', import.meta.url).href
const program = (lines: string) =>
  run(process.execPath, [
    '--input-type=module',
    '-e',
    `import { runSteps, startQuietly, yielding } from ${JSON.stringify(steps)}\n${lines}`,
  ])

test('what runs beside the checks is shown after them, whole and in order', async () => {
  const { stdout } = await program(`
    const beside = await startQuietly('sh', ['-c', 'echo one; echo two >&2; echo three; sleep 1; echo four; exit 3'])
    await runSteps([{ name: 'check', command: ['sleep', '0.5'] }])
    console.log('code', await beside.show())
  `)
  expect(stdout.replace(/ {2}[\d.]+ 秒/, '')).toBe('✓ check\none\ntwo\nthree\nfour\ncode 3\n')
})

test('a step that yields has a lower priority, and fails with its words like any other', async () => {
  const { stdout } = await program(`
    const asks = ['sh', '-c', 'echo niceness $(nice) "$1"; exit 1', 'sh', 'two words']
    console.log(await runSteps([yielding({ name: 'check', command: asks })]))
  `)
  const lowered = Math.min(getPriority() + 10, 19)
  expect(stdout).toMatch(/^✗ check/)
  expect(stdout).toContain(`niceness ${lowered} two words\n{ passed: 0, failed: 1 }`)
})
