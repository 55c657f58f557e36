import { describe, expect, it } from 'vitest'
import { decodeLatin1 } from '../../../src/http1/latin1.ts'

describe('decoding latin1', () => {
  it('gives each of the 256 bytes its own character, where windows-1252 would not', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const codes = Array.from(decodeLatin1(bytes, 0, 256), (letter) => letter.charCodeAt(0))
    expect(codes).toEqual([...bytes])
  })

  it.each([...Array(256).keys()])('gives byte %i its character when it stands alone', (byte) => {
    expect(decodeLatin1(Uint8Array.of(0x61, byte, 0x62), 1, 2)).toBe(String.fromCharCode(byte))
  })

  it('is no shorter for a byte order mark', () => {
    expect(decodeLatin1(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 0, 4)).toBe('\xef\xbb\xbfa')
  })

  it('decodes more than one call has arguments', () => {
    const bytes = new Uint8Array(300_000).fill(0x85)
    expect(decodeLatin1(bytes, 0, bytes.length)).toBe('\x85'.repeat(300_000))
  })

  it('decodes nothing to nothing', () => {
    expect(decodeLatin1(Uint8Array.of(1), 1, 1)).toBe('')
  })
})
