import { describe, expect, it } from 'vitest'
import type { VirtualHost } from '../../../src/model/bundle.ts'
import { HostIndex } from '../../../src/routing/host-index.ts'

const DOCUMENTS = new Map<string, VirtualHost>(
  ['a.test', '*.b.test', '**.c.test', '*'].map((host) => [
    host,
    { host, actions: [], sources: [], routes: [] },
  ]),
)

describe('HostIndex', () => {
  it('gives each document back once and never asks for it again', () => {
    const released: string[] = []
    const index = new HostIndex({
      reader: {
        virtualHost: (_, host) => {
          if (released.includes(host)) throw new Error(`${host} was asked for again`)
          return DOCUMENTS.get(host)
        },
        release: (_, host) => {
          released.push(host)
        },
      },
      table: 0,
      wildcards: { one: true, deep: true, any: true },
      create: (document) => document.host,
    })
    const hosts = ['a.test', 'x.b.test', 'x.y.c.test', 'else.test']
    for (const host of [...hosts, ...hosts]) index.lookup(host)
    expect(released).toEqual([...DOCUMENTS.keys()])
  })
})
