/** The scripts against the fetch engine in workerd, with real origins and a real client. */
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runClient } from './client.ts'
import { ENGINES, expectationOf, SEAM_FIELD, type SeamRequest } from './script.ts'
import { SCRIPTS } from './scripts.ts'
import { startSites } from './sites.ts'

let miniflare: Miniflare
let base: URL

beforeAll(async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
  })
  const contents = bundle.outputFiles[0]?.text ?? ''
  miniflare = new Miniflare({
    workers: [
      {
        config: {
          name: 'seam',
          compatibilityDate: '2026-10-23',
          compatibilityFlags: ['enable_request_signal'],
          manifest: {
            mainModule: 'worker.mjs',
            modules: { 'worker.mjs': { type: 'esm', contents } },
          },
          env: {},
        },
      },
    ],
  })
  base = await miniflare.ready
})

afterAll(async () => {
  await miniflare.dispose()
})

async function events(script: string, count: number): Promise<string[]> {
  const url = new URL(`/events?script=${encodeURIComponent(script)}`, base)
  for (;;) {
    const seen = (await (await fetch(url)).json()) as string[] // the Worker above
    if (seen.length >= count) return seen
  }
}

describe('the fetch engine in workerd', () => {
  test.each(SCRIPTS)('$name', async (script) => {
    const expected = expectationOf(script, ENGINES.workerd)
    const sites = await startSites(script)
    try {
      const request: SeamRequest = { script: script.name, endpoints: sites.endpoints }
      const client = await runClient(script.client, {
        port: Number(base.port),
        fields: `${SEAM_FIELD}: ${JSON.stringify(request)}\r\n`,
        originBusy: sites.busy,
      })
      await sites.settled(expected.origins)
      const seen = await events(script.name, expected.events.length)
      expect({ events: seen, client, origins: sites.seen() }).toEqual(expected)
    } finally {
      await sites.close()
    }
  })
})
