import { describe, expect, it } from 'vitest'
import type { Action } from '../../../src/model/bundle.ts'
import { createHostUnpacker, type PackedAction } from '../../../src/model/packed-documents.ts'

const actionTo = (ref: string): PackedAction => ({ backends: [{ ref, cluster: ref, weight: 1 }] })

/** Unpacks a host of its own with an action to `ref`, as parsing a document would give it. */
function createAsker(): (ref: string) => Action | undefined {
  const unpack = createHostUnpacker()
  let hosts = 0
  return (ref) => {
    const packed = { actions: [actionTo(ref)], sources: [], routes: [] }
    return unpack(`host-${hosts++}.test`, packed).actions[0]
  }
}

describe('actions of unpacked hosts', () => {
  it('are one object where they are equal, also among ten thousand that are asked for in turn', () => {
    const ask = createAsker()
    const refs = Array.from({ length: 10_000 }, (_, i) => `team-${i % 50}/service-${i}:8080`)
    const first = refs.map(ask)
    const second = refs.map(ask)
    expect(second.every((action, i) => action === first[i])).toBe(true)
    expect(new Set(first).size).toBe(10_000)
  })

  it('are forgotten when much else has been asked for since, so that memory has a bound', () => {
    const ask = createAsker()
    const first = ask('first')
    for (let i = 0; i < 4; i++) ask(`${i}${'x'.repeat(1_500_000)}`)
    const again = ask('first')
    expect(again).not.toBe(first)
    expect(again).toEqual(first)
  })

  it('are kept when they are asked for again and again, whatever comes between', () => {
    const ask = createAsker()
    const first = ask('first')
    for (let i = 0; i < 8; i++) {
      ask(`${i}${'x'.repeat(1_500_000)}`)
      expect(ask('first')).toBe(first)
    }
  })
})
