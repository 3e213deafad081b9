import type { TransformOptions } from 'esbuild'

/** What runs on the oldest phones that the base library 2.x still serves. */
export const compilerOptions = {
  format: 'cjs',
  target: 'es2018',
  charset: 'utf8',
  minify: true,
} as const satisfies TransformOptions
