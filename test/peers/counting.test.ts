/**
 * Odd requests that postern forwards, with other servers behind it: each must see exactly the
 * requests that postern believes it sent. A server that sees one more has been smuggled one.
 */
import { describe, expect, it } from 'vitest'
import type { WireCase } from '../conformance/case.ts'
import { wireHazards } from '../conformance/suites/hazards.ts'
import { dial } from '../conformance/wire/client.ts'
import { startNodeServer } from '../conformance/wire/node-server.ts'
import { play } from '../conformance/wire/play.ts'
import { startHaproxy, startNginx, type PeerServer } from './program.ts'

/** Forwarded whole, whatever the endpoint is. */
const cases = wireHazards().filter(
  ({ outcome, upstream, needs }) =>
    outcome.startsWith('forward') &&
    upstream === undefined &&
    needs.every((need) => need === 'raw-bytes'),
)

describe.each([
  { name: 'nginx', start: () => startNginx() },
  { name: 'haproxy', start: startHaproxy },
])('$name behind postern', ({ start }) => {
  it('sees exactly the requests that were sent', async () => {
    expect(cases.length).toBeGreaterThan(20)
    const sent = await Promise.all(cases.map(sentBy))
    const peer = await start()
    for (const one of cases) await send(one, peer)
    expect((await peer.stop()).sort()).toEqual(sent.flat().sort())
  })
})

/** What a recording endpoint receives. */
async function sentBy(wire: WireCase): Promise<string[]> {
  const { upstream } = await play(wire, startNodeServer)
  return upstream.map(({ method, target }) => `200 ${method} ${target}`)
}

async function send({ rules, script, checks, haste }: WireCase, peer: PeerServer): Promise<void> {
  const url = `http://127.0.0.1:${peer.port}`
  const pods = rules.services.map((service) => ({ service, url }))
  const server = await startNodeServer(rules, pods, 1)
  const wanted = Math.max(1, checks.up ?? 1)
  try {
    await dial({
      ...(await server.admit({ gateway: undefined, peer: '127.0.0.1' })),
      script,
      haste,
      methods: [],
      patienceMs: 2500,
      enough: ({ responses }) => responses.filter(({ complete }) => complete).length >= wanted,
    })
    await server.quiet()
  } finally {
    await server.close()
  }
}
