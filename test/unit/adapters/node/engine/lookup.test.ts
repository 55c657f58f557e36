/** Names: asked once at a time, believed for a while, and never led to where nobody may go. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { guardedLookup, type Resolve } from '../../../../../adapters/node/engine/lookup.ts'

const LIMITS = { lookupMs: 1000, staleLookupMs: 5000 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

type Done = Parameters<Resolve>[2]

function start(): { readonly ask: () => Promise<unknown>; readonly asked: Done[] } {
  const asked: Done[] = []
  const lookup = guardedLookup(LIMITS, (_name, _options, done) => void asked.push(done))
  const ask = (): Promise<unknown> =>
    new Promise((resolve) => {
      lookup('backend.test', { all: true }, (error, addresses) => resolve(error ?? addresses))
    })
  return { ask, asked }
}

const FIRST = [{ address: '192.0.2.1', family: 4 }]
const SECOND = [{ address: '192.0.2.2', family: 4 }]

describe('a name', () => {
  test('is asked for once by all who want it at the same time', async () => {
    const { ask, asked } = start()
    const both = [ask(), ask()]
    expect(asked).toHaveLength(1)
    asked[0]?.(null, FIRST)
    expect(await Promise.all(both)).toEqual([FIRST, FIRST])
  })

  test('is believed for its time and asked for again after it', async () => {
    const { ask, asked } = start()
    const first = ask()
    asked[0]?.(null, FIRST)
    await first
    vi.advanceTimersByTime(999)
    expect(await ask()).toEqual(FIRST)
    expect(asked).toHaveLength(1)
    vi.advanceTimersByTime(1)
    const second = ask()
    asked[1]?.(null, SECOND)
    expect(await second).toEqual(SECOND)
  })

  test.each([
    { name: 'not too old stands in', afterMs: 4999, expected: FIRST },
    { name: 'too old does not', afterMs: 5000, expected: expect.any(Error) as unknown },
  ])('that cannot be resolved any more: an answer $name', async ({ afterMs, expected }) => {
    const { ask, asked } = start()
    const first = ask()
    asked[0]?.(null, FIRST)
    await first
    vi.advanceTimersByTime(afterMs)
    const second = ask()
    asked[1]?.(new Error('no answer'), [])
    expect(await second).toEqual(expected)
  })

  test('is checked each time: what is kept is not what may be connected to', async () => {
    const { ask, asked } = start()
    const first = ask()
    asked[0]?.(null, [{ address: '169.254.169.254', family: 4 }])
    expect(await first).toMatchObject({ code: 'ERR_ADDRESS_FORBIDDEN' })
    expect(await ask()).toMatchObject({ code: 'ERR_ADDRESS_FORBIDDEN' })
    expect(asked).toHaveLength(1)
  })
})
