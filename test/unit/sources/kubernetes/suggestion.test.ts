import { describe, expect, it } from 'vitest'
import { suggest } from '../../../../src/sources/kubernetes/suggestion.ts'

describe('suggest', () => {
  it.each([
    { word: 'pathtype', choice: 'pathType' },
    { word: 'pathTyp', choice: 'pathType' },
    { word: 'paths', choice: 'path' },
    { word: 'bakcend', choice: 'backend' },
    { word: 'name', choice: undefined },
    { word: 'x', choice: undefined },
    { word: '', choice: undefined },
    { word: 'p'.repeat(100_000), choice: undefined },
  ])('takes $word for $choice', ({ word, choice }) => {
    expect(suggest(word, ['backend', 'path', 'pathType'])).toBe(choice)
  })

  it('prefers the nearest of several', () => {
    expect(suggest('hosts', ['host', 'hostnames', 'hosts2'])).toBe('host')
  })
})
