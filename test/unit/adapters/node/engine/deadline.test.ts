/** Waiting times: never early, late by two ticks at most, cheap to move. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Deadline, Ticker } from '../../../../../adapters/node/engine/deadline.ts'

const TICK_MS = 20

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function start(): { readonly deadline: Deadline; readonly ticker: Ticker; readonly at: number[] } {
  const ticker = new Ticker()
  const at: number[] = []
  const startedMs = performance.now()
  const deadline = new Deadline(ticker, () => at.push(performance.now() - startedMs))
  return { deadline, ticker, at }
}

describe('a deadline', () => {
  // A round of the wheel takes 10,240 ms.
  test.each([1, 19, 20, 21, 500, 10_239, 10_240, 10_241, 75_000])(
    'of %i ms is kept to two ticks',
    (ms) => {
      const { deadline, at } = start()
      vi.advanceTimersByTime(7)
      deadline.set(ms)
      vi.advanceTimersByTime(ms + 2 * TICK_MS)
      expect(at).toHaveLength(1)
      expect(at[0]).toBeGreaterThanOrEqual(7 + ms)
      expect(at[0]).toBeLessThan(7 + ms + 2 * TICK_MS)
    },
  )

  test('that moves on is kept at its last time alone', () => {
    const { deadline, at } = start()
    for (let moved = 0; moved < 50; moved++) {
      deadline.set(100)
      vi.advanceTimersByTime(99)
    }
    expect(at).toEqual([])
    vi.advanceTimersByTime(1 + 2 * TICK_MS)
    expect(at).toHaveLength(1)
  })

  test('that is drawn nearer is kept at its new time', () => {
    const { deadline, at } = start()
    deadline.set(75_000)
    deadline.set(40)
    vi.advanceTimersByTime(40 + 2 * TICK_MS)
    expect(at).toHaveLength(1)
    vi.advanceTimersByTime(80_000)
    expect(at).toHaveLength(1)
  })

  test.each(['clear', 'close'] as const)('that was given up (%s) never comes', (how) => {
    const { deadline, at } = start()
    deadline.set(100)
    deadline[how]()
    vi.advanceTimersByTime(1000)
    expect(at).toEqual([])
  })

  test('of 0 waits for nothing', () => {
    const { deadline, at } = start()
    deadline.set(100)
    deadline.set(0)
    vi.advanceTimersByTime(1000)
    expect(at).toEqual([])
  })

  test('may be set again where it expires', () => {
    const ticker = new Ticker()
    let expired = 0
    const deadline: Deadline = new Deadline(ticker, () => {
      expired++
      if (expired < 3) deadline.set(30)
    })
    deadline.set(30)
    vi.advanceTimersByTime(500)
    expect(expired).toBe(3)
  })
})

describe('the ticker', () => {
  test('forgets what is closed at once and the rest as its turn comes, and stops then', () => {
    const { deadline, ticker } = start()
    const other = new Deadline(ticker, () => {})
    deadline.set(60)
    other.set(60)
    expect(ticker.linked).toBe(2)
    deadline.close()
    expect(ticker.linked).toBe(1)
    other.clear()
    vi.advanceTimersByTime(100)
    expect(ticker.linked).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('gives up neighbours in a slot without losing the others', () => {
    const { ticker } = start()
    const expired: number[] = []
    const all = [0, 1, 2, 3].map((i) => new Deadline(ticker, () => expired.push(i)))
    for (const one of all) one.set(60)
    all[1]?.close()
    all[3]?.close()
    vi.advanceTimersByTime(100)
    expect(expired.toSorted((a, b) => a - b)).toEqual([0, 2])
  })
})
