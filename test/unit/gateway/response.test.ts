import { describe, expect, it } from 'vitest'
import { fieldValues } from '../../../src/head.ts'
import { createTestGateway } from './gateway.ts'

/** Values of `name` in the relayed head, where the rule has one response filter. */
function relayed(filter: object, fields: readonly string[], name: string): string[] {
  const gateway = createTestGateway({
    version: 1,
    routes: [
      {
        path: '/',
        backend: 'http://127.0.0.1:9001',
        filters: [{ type: 'ResponseHeaderModifier', ...filter }],
      },
    ],
  })
  const exchange = gateway.begin({})
  exchange.next({ type: 'start' })
  gateway.advance(7)
  const head = { status: 200, reason: 'OK', fields }
  const step = exchange.next({ type: 'head', head, replayable: true })
  if (step.type !== 'relay') throw new Error(step.type)
  return fieldValues(step.head.fields, name)
}

describe('a response filter', () => {
  const time = 'X-Envoy-Upstream-Service-Time'

  it.each([
    { name: 'sets Server', filter: { set: [{ name: 'Server', value: 'x' }] }, expect: ['x'] },
    { name: 'removes the Server of the origin', filter: { remove: ['Server'] }, expect: [] },
  ])('$name, and ours does not come back', ({ filter, expect: left }) => {
    expect(relayed(filter, ['Server', 'app/1'], 'server')).toEqual(left)
    expect(relayed(filter, [], 'server')).toEqual(left)
  })

  it('has the last word on the time that the endpoint took', () => {
    const field = time.toLowerCase()
    expect(relayed({ add: [{ name: 'X-A', value: '1' }] }, [], field)).toEqual(['7'])
    expect(relayed({ set: [{ name: time, value: '0' }] }, [], field)).toEqual(['0'])
    expect(relayed({ remove: [time] }, [], field)).toEqual([])
  })
})
