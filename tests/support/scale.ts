/**
 * The size of a heavy proof: what a city needs when `FULL_SCALE=1` (`npm run test:full`), a smaller one otherwise, so that the daily suite
 * stays short while the same lines of test prove both.
 */
export const scaled = (full: number, quick: number) => (process.env.FULL_SCALE === '1' ? full : quick)
