/** The scripts against the fake engine: the seam is complete without any socket. */
import { describe, expect, test } from 'vitest'
import { fakeTransport, runFakeEngine } from './fake-engine.ts'
import { ENGINES, expectationOf, ScriptedExchange, type Endpoints } from './script.ts'
import { SCRIPTS } from './scripts.ts'

describe('the fake engine', () => {
  test.each(SCRIPTS)('$name', async (script) => {
    const names = Object.keys(script.origins)
    const seen = Object.fromEntries(names.map((name): [string, string[]] => [name, []]))
    const endpoints: Endpoints = Object.fromEntries(
      names.map((name) => [
        name,
        { url: `http://${name}`, scheme: 'http', hostname: name, port: 80 },
      ]),
    )
    const exchange = new ScriptedExchange(script, endpoints)
    const client = await runFakeEngine(script, exchange, fakeTransport(script, seen))
    expect({ events: exchange.events, client, origins: seen }).toEqual(
      expectationOf(script, ENGINES.fake),
    )
  })
})
