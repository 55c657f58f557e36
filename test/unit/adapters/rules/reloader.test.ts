import { describe, expect, it } from 'vitest'
import { Reloader, type Reload } from '../../../../adapters/rules/reloader.ts'
import type { BuildOutcome, GoodRules } from '../../../../adapters/rules/thread-messages.ts'
import { pack } from '../../../../src/compile/pack.ts'

function good(digest: string): GoodRules {
  const packed = pack({ format: 1, sockets: [], listeners: [], hosts: {}, clusters: {} })
  return { packed, digest, counts: { routes: 0, hosts: 0 }, clusters: [] }
}

function outcome(digest: string | undefined): BuildOutcome {
  const rules = digest === undefined ? undefined : good(digest)
  return { rules, findings: [], findingCount: 0, unreadable: false }
}

/** A reloader whose builds wait to be finished by the test. */
function createRig(apply: (rules: GoodRules) => Promise<boolean> = () => Promise.resolve(true)) {
  const builds: { finish: (digest: string | undefined) => void; signal: AbortSignal }[] = []
  const reloads: Reload['type'][] = []
  let wake: (() => void) | undefined
  let nowMs = 0
  const reloader = new Reloader<BuildOutcome>({
    build: (signal) =>
      new Promise((resolve) => {
        builds.push({ finish: (digest) => resolve(outcome(digest)), signal })
        signal.addEventListener('abort', () => resolve(outcome(undefined)))
      }),
    apply,
    done: ({ type }) => {
      reloads.push(type)
      wake?.()
    },
    now: () => nowMs++,
    digest: 'first',
  })
  const reload = async (digest: string | undefined): Promise<Reload['type'] | undefined> => {
    const done = new Promise<void>((resolve) => (wake = resolve))
    builds.at(-1)?.finish(digest)
    await done
    return reloads.at(-1)
  }
  return { reloader, builds, reloads, reload }
}

describe('a reloader', () => {
  it('applies new rules and leaves alone the ones that are served', async () => {
    const { reloader, reload } = createRig()
    for (const [digest, type] of [
      ['first', 'unchanged'],
      ['second', 'applied'],
      ['second', 'unchanged'],
      ['first', 'applied'],
    ] as const) {
      reloader.request()
      expect(await reload(digest)).toBe(type)
    }
  })

  it('keeps the old rules when the new ones are refused, and still knows them (G-02)', async () => {
    const { reloader, reload } = createRig()
    reloader.request()
    expect(await reload(undefined)).toBe('refused')
    reloader.request()
    expect(await reload('first')).toBe('unchanged')
  })

  it('tries rules again that could not take their place', async () => {
    let works = false
    const { reloader, reload } = createRig(() => Promise.resolve(works))
    reloader.request()
    expect(await reload('second')).toBe('failed')
    works = true
    reloader.request()
    expect(await reload('second')).toBe('applied')
  })

  it('builds one at a time, and once more for all requests that came meanwhile', async () => {
    const { reloader, builds, reload } = createRig()
    reloader.request()
    reloader.request()
    reloader.request()
    expect(builds).toHaveLength(1)
    await reload('second')
    expect(builds).toHaveLength(2)
    await reload('third')
    expect(builds).toHaveLength(2)
  })

  it('ends a build under way when it is closed, and does nothing afterwards', async () => {
    const { reloader, builds, reloads } = createRig()
    reloader.request()
    reloader.request()
    await reloader.close()
    expect(builds[0]?.signal.aborted).toBe(true)
    reloader.request()
    expect(builds).toHaveLength(1)
    expect(reloads).toEqual([])
  })
})
