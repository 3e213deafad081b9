import { it } from 'vitest'
import { useWorld } from '../../support/world.ts'
import { tryPart } from './matrix.ts'

const world = useWorld({ DEMO: '1' })

it(
  'lets each post, parent and stranger do just what the rows say (S1), second part',
  { timeout: 300_000 },
  () => tryPart(world, 2),
)
