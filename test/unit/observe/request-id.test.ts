import { describe, expect, it } from 'vitest'
import { isRequestId, RequestIds } from '../../../src/observe/request-id.ts'

describe('RequestIds', () => {
  it('gives 32 hexadecimal digits, never the same twice', () => {
    const ids = new RequestIds(() => 0.5)
    const made = [ids.next(), ids.next(), ids.next()]
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(made).size).toBe(3)
  })

  it('differs between processes', () => {
    expect(new RequestIds(() => 0.1).next()).not.toBe(new RequestIds(() => 0.9).next())
  })
})

describe('isRequestId', () => {
  it.each([
    'a',
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    '1-67891233-abcdef:x/y+z=_.',
    'x'.repeat(128),
  ])('keeps %s', (value) => {
    expect(isRequestId(value)).toBe(true)
  })

  it.each(['', 'a b', 'a"b', 'a\nb', 'a,b', '<script>', 'é', 'x'.repeat(129)])(
    'refuses %j',
    (value) => {
      expect(isRequestId(value)).toBe(false)
    },
  )
})
