import { describe, expect, it } from 'vitest'
import type { Route } from '../../../src/model/manifest.ts'
import { at, backend, codes, compiled, listener, route } from './builders.ts'

const withDefault = (name: string, line: number, parts: Partial<Route> = {}): Route =>
  route(name, {
    hostnames: [{ type: 'any' }],
    rules: [],
    defaultBackend: { backend: backend(`http://127.0.0.1:${line}`), origin: at(line, name) },
    ...parts,
  })

describe('default backends', () => {
  it.each([
    {
      name: 'the oldest wins',
      routes: [withDefault('a', 2, { createdAtMs: 20 }), withDefault('b', 3, { createdAtMs: 10 })],
      winner: 'default/b',
      loser: 2,
    },
    {
      name: 'one without age loses',
      routes: [withDefault('a', 2), withDefault('b', 3, { createdAtMs: 10 })],
      winner: 'default/b',
      loser: 2,
    },
    {
      name: 'the first name wins at the same age',
      routes: [withDefault('b', 2), withDefault('a', 3)],
      winner: 'default/a',
      loser: 2,
    },
  ])('$name', ({ routes, winner, loser }) => {
    const result = compiled({
      routes,
      listeners: [listener('web'), listener('tls', { protocol: 'HTTPS', port: 8443 })],
    })
    expect(result.bundle.listeners.map(({ fallback }) => fallback?.source.name)).toEqual([
      winner,
      winner,
    ])
    expect(codes(result)).toEqual([`default-backend-conflict rules.yaml:${loser}`])
  })

  it('are whole actions with their place', () => {
    const { bundle } = compiled({ routes: [withDefault('only', 7)] })
    expect(bundle.listeners[0]?.fallback).toEqual({
      action: {
        filters: [],
        backends: [{ ref: 'http://127.0.0.1:7', cluster: 'url/http://127.0.0.1:7', weight: 1 }],
        timeouts: { connectMs: 3000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 0 },
      },
      source: { name: 'default/only', object: 'Ingress default/only', file: 'rules.yaml' },
      line: 7,
      column: 3,
    })
    expect(Object.keys(bundle.clusters)).toEqual(['url/http://127.0.0.1:7'])
    expect(bundle.hosts).toEqual({})
  })
})
