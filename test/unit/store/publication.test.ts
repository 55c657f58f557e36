import { describe, expect, it } from 'vitest'
import { createKvReader } from '../../../src/store/kv.ts'
import { MAX_DOCUMENT_BYTES, readPublication } from '../../../src/store/publication.ts'
import { MemoryStore, publication } from './store.ts'

const BUNDLE = { format: 1, hosts: {} }
const POINTER = {
  format: 1,
  revision: 7,
  root: publication(7, BUNDLE).digest,
  time: '2026-11-22T12:00:00Z',
} as const

function storeWith(pointer: unknown): MemoryStore {
  const store = new MemoryStore()
  store.publish(publication(7, BUNDLE))
  store.values.set(
    'postern/current',
    typeof pointer === 'string' ? pointer : JSON.stringify(pointer),
  )
  return store
}

describe('reading a publication', () => {
  it('gives the bundle behind the pointer, and asks for a copy of the document that may be old', async () => {
    const store = storeWith(POINTER)
    expect(await readPublication(store, undefined)).toEqual({
      type: 'published',
      pointer: POINTER,
      bundle: BUNDLE,
    })
    expect(store.reads).toEqual(['postern/current 0', `postern/documents/${POINTER.root} 86400`])
  })

  it('reads nothing but the pointer where it is the one that is served', async () => {
    const store = storeWith(POINTER)
    expect(await readPublication(store, POINTER)).toEqual({ type: 'unchanged' })
    expect(store.reads).toEqual(['postern/current 0'])
  })

  it('passes over fields of the pointer that a later publisher adds', async () => {
    const result = await readPublication(storeWith({ ...POINTER, author: 'a' }), undefined)
    expect(result).toEqual({ type: 'published', pointer: POINTER, bundle: BUNDLE })
  })

  it.each([
    { name: 'of a newer format', pointer: { format: 2 }, problem: 'has format 2; this version' },
    { name: 'without a format', pointer: {}, problem: 'has format missing; this version reads 1' },
    { name: 'that is cut off', pointer: '{"format":1,"rev', problem: 'is no JSON object' },
    { name: 'that is empty', pointer: '', problem: 'is no JSON object' },
    { name: 'that is a list', pointer: [POINTER], problem: 'is no JSON object' },
    { name: 'with revision 0', pointer: { ...POINTER, revision: 0 }, problem: 'has revision 0;' },
    {
      name: 'with half a revision',
      pointer: { ...POINTER, revision: 1.5 },
      problem: 'revision 1.5',
    },
    { name: 'with another digest', pointer: { ...POINTER, root: 'ab' }, problem: 'has root "ab"' },
    {
      name: 'whose root climbs out',
      pointer: { ...POINTER, root: '../current' },
      problem: 'has root "../current"',
    },
    { name: 'with no time', pointer: { ...POINTER, time: 'now' }, problem: 'has time "now"' },
    { name: 'that is long', pointer: { ...POINTER, x: 'x'.repeat(4096) }, problem: 'at most 4096' },
  ])('refuses a pointer $name', async ({ pointer, problem }) => {
    const store = storeWith(pointer)
    const result = await readPublication(store, undefined)
    expect(result).toEqual({ type: 'refused', problem: expect.stringContaining(problem) as string })
    expect(store.reads).toEqual(['postern/current 0'])
  })

  it('says where nothing is published', async () => {
    expect(await readPublication(new MemoryStore(), undefined)).toEqual({
      type: 'refused',
      problem: 'nothing is published under "postern/current"',
    })
  })

  it.each([
    { name: 'that goes back', served: 8, root: POINTER.root, problem: 'and 8 is served' },
    { name: 'published twice', served: 7, root: '0'.repeat(64), problem: 'with another root' },
  ])('G-05 refuses a revision $name', async ({ served, root, problem }) => {
    const result = await readPublication(storeWith(POINTER), { ...POINTER, revision: served, root })
    expect(result).toEqual({ type: 'refused', problem: expect.stringContaining(problem) as string })
  })

  it('G-04 looks anew for a document that is missing or damaged before it refuses', async () => {
    const key = `postern/documents/${POINTER.root}`
    for (const [value, problem] of [
      [undefined, 'there is no document'],
      [JSON.stringify(BUNDLE).slice(0, -1), 'is damaged: its SHA-256 is '],
    ]) {
      const store = storeWith(POINTER)
      if (value === undefined) store.values.delete(key)
      else store.values.set(key, value)
      const result = await readPublication(store, undefined)
      expect(result).toEqual({ type: 'refused', problem: expect.stringContaining(problem ?? '') })
      expect(store.reads.slice(1)).toEqual([`${key} 86400`, `${key} 0`])
    }
  })

  it('believes the second look where the first was torn', async () => {
    const store = storeWith(POINTER)
    const key = `postern/documents/${POINTER.root}`
    const whole = store.values.get(key) ?? ''
    store.values.set(key, '{')
    store.before = () => {
      if (store.reads.at(-1) === `${key} 0`) store.values.set(key, whole)
      return Promise.resolve()
    }
    expect(await readPublication(store, undefined)).toMatchObject({ type: 'published' })
  })

  it.each([
    {
      name: 'in a layout of a newer version',
      root: { format: 1, layout: 'sharded' },
      problem: '"sharded"',
    },
    { name: 'in a layout that is null', root: { format: 1, layout: null }, problem: 'layout null' },
    { name: 'that is no JSON', root: 'rules', problem: 'revision 9 is no bundle' },
    { name: 'that is null', root: 'null', problem: 'revision 9 is no bundle' },
    { name: 'that is no bundle', root: { routes: [] }, problem: 'revision 9 is no bundle' },
    {
      name: 'beyond the limit',
      root: ' '.repeat(MAX_DOCUMENT_BYTES + 1),
      problem: 'at most 8388608',
    },
  ])('refuses a root document $name', async ({ root, problem }) => {
    const store = new MemoryStore()
    store.publish(publication(9, root))
    expect(await readPublication(store, undefined)).toEqual({
      type: 'refused',
      problem: expect.stringContaining(problem) as string,
    })
  })
})

describe('a KV namespace as a store', () => {
  it('asks for bytes, never with a cache time that KV refuses', async () => {
    const asked: unknown[] = []
    const store = createKvReader({
      get(...call) {
        asked.push(call)
        return Promise.resolve(call[0] === 'a' ? new ArrayBuffer(1) : null)
      },
    })
    expect((await store.read('a', 0))?.byteLength).toBe(1)
    expect(await store.read('b', 86_400)).toBeUndefined()
    expect(asked).toEqual([
      ['a', { type: 'arrayBuffer', cacheTtl: 30 }],
      ['b', { type: 'arrayBuffer', cacheTtl: 86_400 }],
    ])
  })
})
