/**
 * The codec beside llhttp: it takes nothing that llhttp refuses, and where both take a message they
 * agree on every byte of head, body and trailers and on where the message ends (H-01 to H-09, H-15,
 * H-35). Whatever way the bytes are cut, the codec says the same.
 *
 * `POSTERN_FUZZ_SECONDS` gives each kind of message more time than the second it has by default;
 * `POSTERN_FUZZ_SEED` repeats a run.
 */
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { compareReadings } from './http1-agreement.ts'
import { readWithCodec } from './http1-codec.ts'
import { createRandom, mutate, REQUEST_SEEDS, RESPONSE_SEEDS, type Seed } from './http1-messages.ts'
import type { MessageKind } from './llhttp.ts'

const SECONDS = Number(process.env['POSTERN_FUZZ_SECONDS'] ?? 1)
const SEED = Number(process.env['POSTERN_FUZZ_SEED'] ?? Date.now() % 1_000_000_007)
/** Enough for all that is common, on the slowest of machines. */
const LEAST = 2000

const KINDS: readonly { kind: MessageKind; seeds: readonly Seed[] }[] = [
  { kind: 'request', seeds: REQUEST_SEEDS },
  { kind: 'response', seeds: RESPONSE_SEEDS },
  { kind: 'head-response', seeds: RESPONSE_SEEDS },
]

/** One to four places to cut at, in order. */
function cutsOf(length: number, random: () => number): number[] {
  const count = 1 + Math.floor(random() * 4)
  const cuts = Array.from({ length: count }, () => Math.floor(random() * (length + 1)))
  return cuts.sort((a, b) => a - b)
}

function everyByte(length: number): number[] {
  return Array.from({ length }, (_, at) => at)
}

describe.each(KINDS)('$kind messages', ({ kind, seeds }) => {
  it.each(seeds)('agree with llhttp: $name', ({ text }) => {
    expect(compareReadings(Buffer.from(text, 'latin1'), kind).fault).toBeUndefined()
  })

  it.each(seeds)('are read alike whole and byte by byte: $name', ({ text }) => {
    const bytes = Buffer.from(text, 'latin1')
    const whole = readWithCodec(bytes, kind)
    expect(readWithCodec(bytes, kind, everyByte(bytes.length))).toEqual(whole)
  })

  it(
    'agree with llhttp, and with themselves however cut, after any mutation',
    { timeout: (SECONDS + 60) * 1000 },
    () => {
      const random = createRandom(SEED)
      const pick = (): string => seeds[Math.floor(random() * seeds.length)]?.text ?? ''
      const until = performance.now() + SECONDS * 1000
      let agreed = 0
      let tried = 0
      while (tried < LEAST || performance.now() < until) {
        const bytes = Buffer.from(mutate(pick(), pick(), random), 'latin1')
        const context = (): string =>
          `seed ${SEED}, input ${tried}: ${JSON.stringify(bytes.toString('latin1'))}`
        const cuts = cutsOf(bytes.length, random)
        const comparison = compareReadings(bytes, kind, cuts)
        if (comparison.fault !== undefined) expect.fail(`${comparison.fault}; ${context()}`)
        const whole = readWithCodec(bytes, kind)
        for (const places of [cuts, everyByte(bytes.length)]) {
          // The matcher would take most of the time.
          if (isDeepStrictEqual(readWithCodec(bytes, kind, places), whole)) continue
          expect(
            readWithCodec(bytes, kind, places),
            `cut at ${places.join()}; ${context()}`,
          ).toEqual(whole)
        }
        if (comparison.agreed) agreed++
        tried++
      }
      // Where nearly everything is refused, nothing much has been compared.
      expect(agreed / tried).toBeGreaterThan(0.1)
    },
  )
})
