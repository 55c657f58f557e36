import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VirtualHost } from '../../../src/model/bundle.ts'
import { HostIndex } from '../../../src/routing/host-index.ts'

/** An index over `keys` that gives the key itself, with the keys that the reader was asked for. */
function indexOf(keys: readonly string[]): { index: HostIndex<string>; asked: string[] } {
  const documents = new Map<string, VirtualHost>(
    keys.map((host) => [host, { host, actions: [], sources: [], routes: [] }]),
  )
  const asked: string[] = []
  const index = new HostIndex<string>({
    table: 3,
    wildcards: {
      one: keys.some((key) => key.startsWith('*.')),
      deep: keys.some((key) => key.startsWith('**.')),
      any: keys.includes('*'),
    },
    reader: {
      virtualHost(table, host) {
        expect(table).toBe(3)
        asked.push(host)
        return documents.get(host)
      },
    },
    create: (document) => document.host,
  })
  return { index, asked }
}

/** Whether a host key fits, from its meaning: label by label. */
function fits(key: string, host: string): boolean {
  if (key === '*') return true
  if (host.startsWith('*')) return false
  const labels = host.split('.')
  if (key.startsWith('**.')) {
    const suffix = key.slice(3).split('.')
    return (
      labels.length >= suffix.length + 2 && labels.slice(-suffix.length).join('.') === key.slice(3)
    )
  }
  if (key.startsWith('*.')) return labels.length > 1 && labels.slice(1).join('.') === key.slice(2)
  return key === host
}

function specificity(key: string): number {
  if (key === '*') return 0
  return key.startsWith('*') ? key.replace(/^\*+/, '').length : 1000
}

const keys = ['a.foo.com', '*.foo.com', '**.foo.com', '*.b.foo.com', '**.com', '*', 'localhost']

describe('HostIndex', () => {
  it.each([
    { host: 'a.foo.com', key: 'a.foo.com' },
    { host: 'bar.foo.com', key: '*.foo.com' },
    { host: 'a.b.foo.com', key: '*.b.foo.com' },
    { host: 'a.c.foo.com', key: '**.foo.com' },
    { host: 'x.a.b.foo.com', key: '**.foo.com' },
    { host: 'foo.com', key: '*' },
    { host: 'a.bar.com', key: '**.com' },
    { host: 'bar.com', key: '*' },
    { host: 'localhost', key: 'localhost' },
    { host: 'elsewhere', key: '*' },
    { host: '192.0.2.1', key: '*' },
    { host: '[2001:db8::1]', key: '*' },
    { host: '', key: '*' },
    { host: '__proto__', key: '*' },
  ])('finds $key for $host', ({ host, key }) => {
    const { index } = indexOf(keys)
    expect(index.lookup(host)).toBe(key)
    expect(index.lookup(host)).toBe(key)
  })

  it.each([
    { name: 'a wildcard does not take its apex', host: 'foo.com' },
    { name: 'a wildcard of one label does not take two', host: 'baz.bar.foo.com' },
    { name: 'H-23: a literal asterisk is no name', host: '*.foo.com' },
    { name: 'H-23: a literal wildcard key is no name', host: '*' },
    { name: 'a longer name is not a label in front', host: 'xfoo.com' },
  ])('$name', ({ host }) => {
    expect(indexOf(['*.foo.com']).index.lookup(host)).toBeUndefined()
  })

  it('does not take two labels for two or more of a suffix that has them', () => {
    const { index } = indexOf(['**.foo.com'])
    expect(index.lookup('a.foo.com')).toBeUndefined()
    expect(index.lookup('a.b.foo.com')).toBe('**.foo.com')
  })

  it('links each host once and never tries kinds of keys that the table lacks', () => {
    const { index, asked } = indexOf(['a.test', 'b.test'])
    for (const host of ['a.test', 'b.test', 'a.test', 'x.y.test']) index.lookup(host)
    expect(asked).toEqual(['a.test', 'b.test', 'x.y.test'])
  })

  it('finds the most specific key that fits, for any keys and hosts', () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join('.'))
    const key = fc.oneof(
      name,
      name.map((text) => `*.${text}`),
      name.map((text) => `**.${text}`),
      fc.constant('*'),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 10 }),
        fc.array(fc.oneof(name, key), { minLength: 1, maxLength: 6 }),
        (table, hosts) => {
          const { index } = indexOf(table)
          for (const host of hosts) {
            const best = table
              .filter((one) => fits(one, host))
              .toSorted((a, b) => specificity(b) - specificity(a))[0]
            expect(index.lookup(host)).toBe(best)
          }
        },
      ),
      { numRuns: 5000 },
    )
  })
})
