import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PosternError } from '../../../src/errors.ts'
import type { Bundle } from '../../../src/model/bundle.ts'
import {
  ABANDONED_MS,
  CachedRules,
  FIRST_READ_MS,
  REFRESH_MS,
  RETRY_MS,
} from '../../../src/store/cached-rules.ts'
import { MemoryStore, publication } from './store.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Rules whose name is their only content. */
function rules(name: string): object {
  return { format: 1, name }
}

/** A reader, what it said, and what it does in the background. */
function follow(store: MemoryStore): {
  readonly cached: CachedRules<string>
  readonly problems: string[]
  readonly take: () => string | undefined
  readonly settle: () => Promise<void>
  readonly opened: string[]
} {
  const problems: string[] = []
  const opened: string[] = []
  const work: Promise<void>[] = []
  const cached = new CachedRules({
    store,
    open(bundle) {
      const { name } = bundle as Bundle & { readonly name: string } // from `rules`
      if (name === 'broken') throw new PosternError('no_rules', 'broken rules')
      opened.push(name)
      return name
    },
    now: () => performance.now(),
    problem: (text) => problems.push(text),
  })
  const take = (): string | undefined => cached.take({ waitUntil: (one) => work.push(one) })
  const settle = async (): Promise<void> => void (await Promise.all(work))
  return { cached, problems, take, settle, opened }
}

/** Never answers until it is let go. */
function gate(): { readonly wait: () => Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { wait: () => opened, open }
}

describe('rules of a store', () => {
  it('are waited for by the first requests, which share one read', async () => {
    const store = new MemoryStore()
    store.publish(publication(1, rules('one')))
    const { cached, take, opened } = follow(store)
    expect([take(), take()]).toEqual([undefined, undefined])
    expect(await Promise.all([cached.first(), cached.first()])).toEqual(['one', 'one'])
    expect(take()).toBe('one')
    expect(opened).toEqual(['one'])
    expect(store.reads).toHaveLength(2)
  })

  it('are renewed behind the requests, and asked for at most once in a while', async () => {
    const store = new MemoryStore()
    store.publish(publication(1, rules('one')))
    const { cached, take, settle, opened } = follow(store)
    take()
    await cached.first()
    store.publish(publication(2, rules('two')))
    vi.advanceTimersByTime(REFRESH_MS - 1)
    expect(take()).toBe('one')
    expect(store.reads).toHaveLength(2)
    vi.advanceTimersByTime(1)
    // This request asks and is served by what is there.
    expect([take(), take()]).toEqual(['one', 'one'])
    await settle()
    expect(take()).toBe('two')
    expect(store.reads).toHaveLength(4)
    vi.advanceTimersByTime(REFRESH_MS)
    take()
    await settle()
    expect(opened).toEqual(['one', 'two'])
    expect(store.reads).toHaveLength(5)
  })

  it('are done without after two seconds, and served when they come at last', async () => {
    const store = new MemoryStore()
    store.publish(publication(1, rules('one')))
    const { wait, open } = gate()
    store.before = wait
    const { cached, take, settle } = follow(store)
    take()
    const early = cached.first()
    await vi.advanceTimersByTimeAsync(FIRST_READ_MS - 1)
    take()
    const late = cached.first()
    await vi.advanceTimersByTimeAsync(1)
    // The later one waits for the rest of the time, not for a time of its own.
    expect(await Promise.all([early, late])).toEqual([undefined, undefined])
    take()
    expect(await cached.first()).toBeUndefined()
    open()
    await settle()
    expect(take()).toBe('one')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('are asked for again where an answer never comes', async () => {
    const store = new MemoryStore()
    const { wait } = gate()
    store.before = wait
    store.publish(publication(1, rules('one')))
    const { take } = follow(store)
    take()
    await vi.advanceTimersByTimeAsync(ABANDONED_MS - 1)
    take()
    expect(store.reads).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    take()
    expect(store.reads).toHaveLength(2)
  })

  it('are not undone by an answer that comes after a later one', async () => {
    const store = new MemoryStore()
    store.publish(publication(1, rules('one')))
    const { wait, open } = gate()
    const slowKey = `postern/documents/${publication(1, rules('one')).digest}`
    store.before = (key) => (key === slowKey ? wait() : Promise.resolve())
    const { take, settle } = follow(store)
    take()
    await vi.advanceTimersByTimeAsync(ABANDONED_MS)
    store.publish(publication(2, rules('two')))
    take()
    await vi.advanceTimersByTimeAsync(0)
    await vi.waitFor(() => expect(take()).toBe('two'))
    open()
    await settle()
    expect(take()).toBe('two')
  })

  it.each([
    {
      name: 'the document is not there yet',
      damage: (store: MemoryStore) =>
        store.values.set(...(publication(2, rules('two')).entries[1] ?? ['', ''])),
      problem: 'there is no document "postern/documents/',
    },
    {
      name: 'the pointer is torn',
      damage: (store: MemoryStore) => store.values.set('postern/current', '{"form'),
      problem: 'the pointer "postern/current" is no JSON object',
    },
    {
      name: 'the rules cannot be served',
      damage: (store: MemoryStore) => store.publish(publication(2, rules('broken'))),
      problem: 'the rules published last cannot be served: broken rules',
    },
    {
      name: 'everything is gone',
      damage: (store: MemoryStore) => store.values.clear(),
      problem: 'nothing is published under "postern/current"',
    },
    {
      name: 'the store is down',
      damage: (store: MemoryStore) => (store.before = () => Promise.reject(new Error('KV: 503'))),
      problem: 'the store of rules cannot be read: KV: 503',
    },
  ])('G-03, G-06 stay as they are while $name, which is said once', async ({ damage, problem }) => {
    const store = new MemoryStore()
    store.publish(publication(1, rules('one')))
    const { cached, take, settle, problems } = follow(store)
    take()
    await cached.first()
    damage(store)
    for (let round = 0; round < 3; round++) {
      vi.advanceTimersByTime(REFRESH_MS)
      expect(take()).toBe('one')
      await settle()
    }
    expect(problems).toEqual([expect.stringContaining(problem)])
    store.before = () => Promise.resolve()
    store.publish(publication(3, rules('three')))
    vi.advanceTimersByTime(REFRESH_MS)
    take()
    await settle()
    expect(take()).toBe('three')
  })

  it('are looked for sooner while there are none, without a request that waits again', async () => {
    const store = new MemoryStore()
    const { cached, take, settle, problems } = follow(store)
    take()
    expect(await cached.first()).toBeUndefined()
    store.publish(publication(1, rules('one')))
    vi.advanceTimersByTime(RETRY_MS)
    const { wait, open } = gate()
    store.before = wait
    expect(take()).toBeUndefined()
    expect(await cached.first()).toBeUndefined()
    open()
    await settle()
    expect(take()).toBe('one')
    expect(problems).toEqual(['nothing is published under "postern/current"'])
  })
})
