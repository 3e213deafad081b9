import type { CertificateDesign } from '#contract/certificates'

/** What one unit has chosen. */
export interface Choice {
  unitId: string
  design: CertificateDesign | null
}

/** The design of a class's certificates: the nearest unit above it that has chosen one, else the first. `ids` from the root. */
export function designOf(ids: readonly string[], choices: readonly Choice[]): CertificateDesign {
  const chosen = ids
    .toReversed()
    .map((id) => choices.find((it) => it.unitId === id)?.design)
    .find(Boolean)
  return chosen ?? 'leaf'
}

/** What a picture of a seal may weigh on its way, and how large it is kept: sharp at 4 cm in print. */
export const SEAL_BYTES = 2 * 1024 * 1024
export const SEAL_PIXELS = 600
