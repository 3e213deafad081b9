import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { HeaviestFirst } from './support/heaviest-first.ts'

/**
 * These run the server in their own process and share what they have imported, which is two seconds of work a file, and a browser: all
 * state is in the engines. Those of tests/e2e also run its jobs, and wait at the end for those that have begun.
 */
const ON_THE_SERVER = ['tests/server/**/*.test.ts', 'tests/e2e/**/*.test.ts']
const TIMES = { testTimeout: 20_000, hookTimeout: 60_000 }

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [vue()],
  test: {
    globalSetup: 'tests/support/engines-setup.ts',
    // Real processes: pages and servers under test stub globals and hold sockets.
    pool: 'forks',
    // One more than the cores of a small machine: many tests wait for a film, a tick of the clock or the disk.
    maxWorkers: 3,
    sequence: { sequencer: HeaviestFirst },
    // What a test waits for comes when the machine gets to it; a second, as it is otherwise, is soon over on a busy one.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: 'server', include: ON_THE_SERVER, isolate: false, ...TIMES } },
      {
        extends: true,
        test: { name: 'other', include: ['tests/**/*.test.ts'], exclude: ON_THE_SERVER, ...TIMES },
      },
    ],
  },
})
