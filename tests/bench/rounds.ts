import { type Burst, fire, quantile, type Target } from './load.ts'
import type { Scenario } from './scenarios.ts'

export interface Settings {
  rounds: number
  /** Each server has two of them in a round. */
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
 * Both servers by turns, ours, theirs, theirs, ours in each round: what else the machine does hits both, and so does what
 * grows or falls meanwhile. The ratio is the median of the rounds' own ratios, as its two sides were taken seconds apart.
 */
export async function measure<F>(
  { name, shot }: Scenario<F>,
  families: F[],
  pair: Pair,
  { rounds, burstMs, say }: Settings,
): Promise<Line> {
  const [ours, theirs] = halves(families)
  const next = { product: shooter(shot, ours), bare: shooter(shot, theirs) }
  for (const side of ['product', 'bare'] as const) {
    await fire(pair[side], atMost(WARM_UP_SHOTS, next[side]), WARM_UP_MS)
  }

  const results: { product: Rate; bare: Rate }[] = []
  for (let round = 0; round < rounds; round++) {
    const bursts: Record<keyof Pair, Burst[]> = { product: [], bare: [] }
    for (const side of ['product', 'bare', 'bare', 'product'] as const) {
      bursts[side].push(await fire(pair[side], next[side], burstMs))
    }
    const result = { product: rateOf(bursts.product), bare: rateOf(bursts.bare) }
    say(`  ${name}：${result.product.rps.toFixed(0)} / ${result.bare.rps.toFixed(0)} 次/秒`)
    results.push(result)
  }
  const median = (pick: (it: (typeof results)[number]) => number) => quantile(results.map(pick), 0.5)
  return {
    name,
    rps: rounded(median((it) => it.product.rps)),
    p95Ms: rounded(median((it) => it.product.p95Ms)),
    bareRps: rounded(median((it) => it.bare.rps)),
    bareP95Ms: rounded(median((it) => it.bare.p95Ms)),
    ratio: Number(median((it) => it.product.rps / it.bare.rps).toFixed(2)),
  }
}

const rounded = (value: number) => Number(value.toFixed(1))

interface Rate {
  rps: number
  p95Ms: number
}

function rateOf(bursts: Burst[]): Rate {
  const latencies = bursts.flatMap((it) => it.latencies)
  const seconds = bursts.reduce((sum, it) => sum + it.seconds, 0)
  return { rps: latencies.length / seconds, p95Ms: quantile(latencies, 0.95) }
}

function shooter<F>(shot: Scenario<F>['shot'], families: F[]) {
  let number = 0
  return () => shot(families, number++)
}

function atMost<T>(most: number, next: () => T) {
  let taken = 0
  return () => (taken++ < most ? next() : null)
}

/** Families in no order of classes, as people come; one half for each server. */
function halves<F>(families: F[]): [F[], F[]] {
  // A stride that shares no divisor with the count visits everybody once.
  const stride = 7_919
  const mixed = families.flatMap((_, at) => families[(at * stride) % families.length] ?? [])
  const middle = Math.floor(mixed.length / 2)
  return [mixed.slice(0, middle), mixed.slice(middle)]
}
