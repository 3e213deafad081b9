import type { CertificateLook } from '#contract/certificates'
import type { UnitScope } from '../../org/policy.ts'
import type { readLook } from './service.ts'

export const presentLook = (
  { own, inUse }: Awaited<ReturnType<typeof readLook>>,
  scope: UnitScope,
): CertificateLook => ({
  design: own?.design ?? null,
  designInUse: inUse.design,
  seal: inUse.seal ? 'uploaded' : 'drawn',
  sealChangedAt: own?.sealChangedAt?.toISOString() ?? null,
  abilities: {
    design: scope.may('keepTree') && scope.kind !== 'grade' && scope.kind !== 'class',
    seal: scope.may('keepTree') && scope.kind === 'school',
  },
})
