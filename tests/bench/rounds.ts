import type { Family } from './families.ts'
import { type Burst, fire, quantile, type Target } from './load.ts'
import type { Scenario } from './scenarios.ts'

export interface Settings {
  rounds: number
  burstMs: number
  say: (line: string) => void
}

export interface Line {
  name: string
  rps: number
  p95Ms: number
  bareRps: number
  bareP95Ms: number
  ratio: number
}

/** Until the engine has compiled what it runs: so many requests, or so long where each is slow. */
const WARM_UP_SHOTS = 1_500
const WARM_UP_MS = 4_000

/** The two servers that are compared. */
export type Pair = Record<'product' | 'bare', Target>

/**
 * Both servers by turns, who begins changing with each round, so that whatever else the machine does hits both. The
 * median of the rounds counts.
 */
export async function measure(
  { name, shot }: Scenario,
  families: Family[],
  pair: Pair,
  { rounds, burstMs, say }: Settings,
): Promise<Line> {
  const [ours, theirs] = halves(families)
  const next = { product: shooter(shot, ours), bare: shooter(shot, theirs) }
  const burst = (side: keyof Pair, ms: number) => fire(pair[side], next[side], ms)
  for (const side of ['product', 'bare'] as const) {
    await fire(pair[side], atMost(WARM_UP_SHOTS, next[side]), WARM_UP_MS)
  }

  const product: Burst[] = []
  const bare: Burst[] = []
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => product.push(await burst('product', burstMs)),
      async () => bare.push(await burst('bare', burstMs)),
    ]
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn()
    say(`  ${name}：${product.at(-1)?.rps.toFixed(0)} / ${bare.at(-1)?.rps.toFixed(0)} 次/秒`)
  }
  const [a, b] = [medianOf(product), medianOf(bare)]
  return {
    name,
    rps: rounded(a.rps),
    p95Ms: rounded(a.p95Ms),
    bareRps: rounded(b.rps),
    bareP95Ms: rounded(b.p95Ms),
    ratio: Number((a.rps / b.rps).toFixed(2)),
  }
}

const rounded = (value: number) => Number(value.toFixed(1))

function medianOf(bursts: Burst[]): Burst {
  const median = (values: number[]) => quantile(values, 0.5)
  return { rps: median(bursts.map((it) => it.rps)), p95Ms: median(bursts.map((it) => it.p95Ms)) }
}

function shooter(shot: Scenario['shot'], families: Family[]) {
  let number = 0
  return () => shot(families, number++)
}

function atMost<T>(most: number, next: () => T) {
  let taken = 0
  return () => (taken++ < most ? next() : null)
}

/** Families in no order of classes, as people come; one half for each server. */
function halves(families: Family[]): [Family[], Family[]] {
  // A stride that shares no divisor with the count visits everybody once.
  const stride = 7_919
  const mixed = families.flatMap((_, at) => families[(at * stride) % families.length] ?? [])
  const middle = Math.floor(mixed.length / 2)
  return [mixed.slice(0, middle), mixed.slice(middle)]
}
