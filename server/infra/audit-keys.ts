import type { Env } from '../env.ts'

type Keys = Env['AUDIT_KEYS']

let held: Keys = []

/**
 * Given once, where a process opens its engines. Held here and not handed through every call: a line of the audit log is written from
 * everywhere, also from within transactions and jobs.
 */
export function holdAuditKeys(keys: Keys) {
  held = keys
}

/** The keys that seal the audit log; the first seals, all of them check. */
export function auditKeys(): Keys {
  if (held.length === 0) throw new Error('The audit log has no key: open the engines first')
  return held
}
