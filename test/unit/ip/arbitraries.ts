import fc from 'fast-check'
import { ipv4Address, ipv6Address, type AddressWords } from '../../../src/ip/address.ts'

/** Words with long runs of zeros and ones, where formatting and prefixes have their edges. */
const word = fc.oneof(
  fc.constantFrom(0, -1, 0xffff, 0xffff0000 | 0, 1, 0x80000000 | 0),
  fc.integer(),
)

export const anyWords: fc.Arbitrary<AddressWords> = fc.record({
  w0: word,
  w1: word,
  w2: word,
  w3: word,
})

/** Addresses from a small neighbourhood, so that prefixes nest and meet often. */
export const closeAddress = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((low) => ipv4Address(0x0a000000 | low)),
  fc
    .tuple(fc.constantFrom(0, 1, 0x80000000 | 0), fc.integer({ min: 0, max: 15 }))
    .map(([w1, w3]) => ipv6Address({ w0: 0x20010db8, w1, w2: 0, w3 })),
  anyWords.map(ipv6Address),
  word.map(ipv4Address),
)

/** A CIDR block around an address of `closeAddress`, host bits and all. */
export const closeCidr = closeAddress.chain((address) =>
  fc
    .oneof(
      fc.integer({ min: 0, max: address.family === 4 ? 32 : 128 }),
      fc.integer({ min: 0, max: 8 }).map((rest) => (address.family === 4 ? 32 : 128) - rest),
    )
    .map((length) => `${address.text}/${length}`),
)
