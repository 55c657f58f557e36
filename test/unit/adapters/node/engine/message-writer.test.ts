/** How messages become writes: few, in order, and of memory that nobody changes afterwards. */
import { Writable } from 'node:stream'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { MessageWriter } from '../../../../../adapters/node/engine/message-writer.ts'

function record(): { readonly writer: MessageWriter; readonly calls: Buffer[][] } {
  const calls: Buffer[][] = []
  const stream = new Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _encoding, done) => {
      calls.push([chunk])
      done()
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => chunk as Buffer)) // strings are decoded
      done()
    },
  })
  // Of a socket only what is a stream's is used.
  return { writer: new MessageWriter(stream as Socket), calls }
}

function text(calls: readonly Buffer[][]): string {
  return Buffer.concat(calls.flat()).toString('latin1')
}

describe('a message', () => {
  test('that is small is one write, head and body', () => {
    const { writer, calls } = record()
    writer.head('HEAD\r\n\r\n', false)
    writer.content(Buffer.from('caf\u00e9', 'latin1'), 0, 4, false)
    writer.end([])
    expect(calls).toEqual([])
    expect(writer.flush()).toBe(true)
    expect(calls.map((call) => call.length)).toEqual([1])
    expect(text(calls)).toBe('HEAD\r\n\r\ncaf\u00e9')
  })

  test('that is large is one vector, and what is not its own is copied', () => {
    const { writer, calls } = record()
    const shared = Buffer.alloc(65_536, 'a')
    writer.head('HEAD\r\n\r\n', true)
    writer.content(shared, 0, shared.length, false)
    shared.fill('b')
    writer.end(['X-Sum', '1'])
    writer.flush()
    expect(calls).toHaveLength(1)
    expect(text(calls)).toBe(`HEAD\r\n\r\n10000\r\n${'a'.repeat(65_536)}\r\n0\r\nX-Sum: 1\r\n\r\n`)
  })

  test('hands on uncopied what is its own', () => {
    const { writer, calls } = record()
    const own = Buffer.alloc(65_536, 'a')
    writer.head('', false)
    writer.content(own, 0, own.length, true)
    writer.flush()
    expect(calls[0]?.[0]).toBe(own)
  })

  test('of many small chunks stays in order across its pieces', () => {
    const { writer, calls } = record()
    writer.head('H', true)
    let expected = 'H'
    for (let i = 0; i < 200; i++) {
      const piece = String(i).repeat(100)
      expected += `${piece.length.toString(16)}\r\n${piece}\r\n`
      writer.content(Buffer.from(piece), 0, piece.length, false)
    }
    writer.end([])
    writer.flush()
    expect(calls).toHaveLength(1)
    expect(text(calls)).toBe(`${expected}0\r\n\r\n`)
  })

  test('has no chunk of nothing, which would end it', () => {
    const { writer, calls } = record()
    writer.head('', true)
    writer.content(Buffer.alloc(0), 0, 0, true)
    writer.flush()
    expect(text(calls)).toBe('')
  })
})
