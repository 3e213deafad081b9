import type { Connection } from 'mongoose'
import type { Deps } from '../../infra/deps.ts'

/** What the checks look at: an installation as it stands, and what of the machine a test has to stand in for. */
export interface Installation extends Pick<Deps, 'env' | 'redis' | 'files' | 'fields'> {
  /** The environment as it was given, before it was read. */
  source: Record<string, string | undefined>
  connection: Connection
  now: () => Date
  /** Bytes of a folder's disk. */
  space: (folder: string) => Promise<{ free: number; total: number }>
  contentDir: string
}

/** One question to an installation. */
export interface Check {
  name: string
  /** As it stands on the terminal, in a few words. */
  title: string
  /** What to do when it is not so. */
  remedy: string
  /** Yellow and not red: to be done soon, and nothing fails because of it. */
  isMild?: true
  /** What is wrong, in words; null when it is as it should be. */
  look: (at: Installation) => Promise<string | null> | string | null
}

export interface Finding {
  name: string
  title: string
  problem: string | null
  remedy: string
  isMild?: true | undefined
}

export const isRed = ({ problem, isMild }: Finding) => problem !== null && !isMild

/** Asks all of them, one after the other; one that cannot be asked is a finding, too. */
export async function runChecks(checks: readonly Check[], at: Installation): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { name, title, remedy, isMild, look } of checks) {
    const problem = await Promise.resolve()
      .then(() => look(at))
      .catch((error: unknown) => `查不下去：${error instanceof Error ? error.message : String(error)}`)
    findings.push({ name, title, problem, remedy, isMild })
  }
  return findings
}

/** ✓ 缓存连得上, or ✗ (! for what is mild) with what is wrong and what to do, on one line. */
export const line = ({ title, problem, remedy, isMild }: Finding) =>
  problem === null
    ? `✓ ${title}`
    : `${isMild ? '!' : '✗'} ${title}：${problem.replaceAll(/\s*\n\s*/g, '，')}。${remedy}。`
