import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Tests against other programs (nginx, HAProxy, curl, openssl), which npm cannot install. */
export default defineConfig({
  test: {
    name: 'peers',
    include: ['test/peers/**/*.test.ts'],
    // Once the folder is there, finding no test in it is a failure.
    passWithNoTests: !existsSync('test/peers'),
    globals: false,
    environment: 'node',
    setupFiles: ['test/loopback-only.ts'],
    pool: 'forks',
    // The peers listen on ports and use the processor: one file at a time keeps timings readable.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
