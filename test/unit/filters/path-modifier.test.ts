import { describe, expect, it } from 'vitest'
import { modifyPath } from '../../../src/filters/path-modifier.ts'

// The table of HTTPPathModifier in Gateway API, and what it leaves open.
const PREFIX_ROWS = [
  { path: '/foo/bar', prefix: '/foo', value: '/xyz', expect: '/xyz/bar' },
  { path: '/foo/bar', prefix: '/foo', value: '/xyz/', expect: '/xyz/bar' },
  { path: '/foo', prefix: '/foo', value: '/xyz', expect: '/xyz' },
  { path: '/foo/', prefix: '/foo', value: '/xyz', expect: '/xyz/' },
  { path: '/foo/bar', prefix: '/foo', value: '', expect: '/bar' },
  { path: '/foo/', prefix: '/foo', value: '', expect: '/' },
  { path: '/foo', prefix: '/foo', value: '', expect: '/' },
  { path: '/foo/', prefix: '/foo', value: '/', expect: '/' },
  { path: '/foo', prefix: '/foo', value: '/', expect: '/' },
  { path: '/foo/bar', prefix: '/', value: '/xyz', expect: '/xyz/foo/bar' },
  { path: '/foo//bar', prefix: '/foo', value: '/', expect: '/bar' },
  { path: '/foo//alt.test', prefix: '/foo', value: '', expect: '/alt.test' },
]

describe('modifyPath', () => {
  it.each(PREFIX_ROWS)(
    'replaces the prefix $prefix of $path by "$value"',
    ({ path, prefix, value, expect: result }) => {
      expect(modifyPath(path, prefix, { type: 'ReplacePrefixMatch', value })).toBe(result)
    },
  )

  it('replaces the whole path', () => {
    expect(modifyPath('/a/b', '/a', { type: 'ReplaceFullPath', value: '/one' })).toBe('/one')
  })

  it('makes an empty full path the root', () => {
    expect(modifyPath('/a/b', '/a', { type: 'ReplaceFullPath', value: '' })).toBe('/')
  })
})
