import { defineConfig } from 'vitest/config'

// Two cores: more workers than cores only slow each other down.
const maxWorkers = 2

/**
 * What every project here has in common: explicit imports, limits that fail a hung test long before
 * CI's own, and no way out but loopback. A project with a pool of its own (tests inside workerd)
 * is one more entry in `projects`; it leaves `setupFiles` out, because it has no Node sockets.
 */
const shared = {
  globals: false,
  environment: 'node',
  setupFiles: ['test/loopback-only.ts'],
  testTimeout: 10_000,
  hookTimeout: 20_000,
  teardownTimeout: 5_000,
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
  env: { CI: '1', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
}

export default defineConfig({
  test: {
    maxWorkers,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/{unit,golden,architecture,security,seam,cli,examples}/**/*.test.ts'],
          pool: 'threads',
        },
      },
      {
        test: {
          ...shared,
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          // Processes, not threads: these open sockets, send signals and change directory.
          pool: 'forks',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
