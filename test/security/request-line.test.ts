/** Methods, target forms and the bytes of a target (H-15 to H-19). */
import { describe, expect, it } from 'vitest'
import { METHODS as NODE_METHODS } from 'node:http'
import { admit, METHODS } from '../../src/canonical/gate.ts'
import { headOf } from './head-of.ts'

describe('methods', () => {
  it('are those of llhttp but CONNECT and TRACE', () => {
    const served = NODE_METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')
    expect([...METHODS].toSorted()).toEqual(served.toSorted())
  })

  it.each(['TRACE', 'PRI', 'FOO', 'get', 'Patch', '__proto__', 'constructor'])(
    'RL-09 to RL-12 answer 501 to %s',
    (method) => {
      expect(admit(headOf(`${method} / HTTP/1.1`, 'Host: app.test'))).toMatchObject({
        reason: 'method_not_implemented',
        close: false,
      })
    },
  )

  it('H2-57 answers 501 to CONNECT and closes, since a tunnel may have begun', () => {
    expect(admit(headOf('CONNECT app.test:443 HTTP/1.1', 'Host: app.test'))).toMatchObject({
      reason: 'method_not_implemented',
      close: true,
    })
  })

  it.each(['G=":<>(e),[T];?"', '', 'GET\r\nX:'])('RL-11 refuses what is no token: %j', (method) => {
    const head = { ...headOf('GET / HTTP/1.1', 'Host: app.test'), method }
    expect(admit(head)).toMatchObject({ reason: 'malformed_request', close: true })
  })
})

describe('target forms', () => {
  it.each([
    { name: 'RL-31 the asterisk of GET', line: 'GET *' },
    { name: 'RL-32 no slash', line: 'GET admin' },
    { name: 'RL-33 a query alone', line: 'GET ?x' },
    { name: 'authority form', line: 'GET app.test:80' },
    { name: 'RL-38 another scheme', line: 'GET file:///etc/passwd' },
    { name: 'RL-39 a scheme without authority', line: 'GET http:///x' },
    { name: 'RL-40 one slash', line: 'GET http:/app.test/x' },
    { name: 'an asterisk with more', line: 'OPTIONS */x' },
    { name: 'nothing', line: 'GET ' },
  ])('refuses $name', ({ line }) => {
    expect(admit(headOf(`${line} HTTP/1.1`, 'Host: app.test'))).toMatchObject({
      reason: 'invalid_target',
    })
  })

  it('RL-30 takes OPTIONS * for itself, in both forms', () => {
    for (const target of ['*', 'http://app.test']) {
      const head = headOf(`OPTIONS ${target} HTTP/1.1`, 'Host: app.test')
      expect(admit(head)).toMatchObject({ type: 'asterisk', host: { name: 'app.test' } })
    }
  })

  it('RL-36 lets the authority of an absolute target win and rewrites Host', () => {
    const head = headOf('GET http://ALT.test:8080/x?y HTTP/1.1', 'Host: app.test')
    expect(admit(head)).toMatchObject({
      host: { name: 'alt.test', port: 8080 },
      hostField: 'ALT.test:8080',
      path: { canonical: '/x' },
      query: 'y',
    })
  })

  it.each([
    { name: 'RL-35 the same host', target: 'http://app.test/x', path: '/x', query: undefined },
    { name: 'RL-37 https', target: 'HTTPS://app.test/x', path: '/x', query: undefined },
    { name: 'RL-43 no path', target: 'http://app.test', path: '/', query: undefined },
    { name: 'a query without path', target: 'http://app.test?x', path: '/', query: 'x' },
    { name: 'an empty query', target: '/x?', path: '/x', query: '' },
    { name: 'what browsers send as typed', target: '/x?a={b}|^`', path: '/x', query: 'a={b}|^`' },
    { name: 'a question mark in the query', target: '/x?a?b', path: '/x', query: 'a?b' },
    { name: 'RL-41 two slashes', target: '//alt.test/x', path: '//alt.test/x', query: undefined },
  ])('reads $name', ({ target, path, query }) => {
    expect(admit(headOf(`GET ${target} HTTP/1.1`, 'Host: app.test'))).toMatchObject({
      type: 'admitted',
      host: { name: 'app.test' },
      path: { canonical: path },
      query,
    })
  })

  it.each(['http://u:p@app.test/', 'http://u@app.test/', 'http://app.test%2f/', 'http://a b/'])(
    'RL-42 refuses the authority of %s',
    (target) => {
      const head = { ...headOf('GET / HTTP/1.1', 'Host: app.test'), target }
      expect(admit(head)).toMatchObject({ reason: 'invalid_host' })
    },
  )

  it('knows no absolute form in HTTP/2', () => {
    const head = { ...headOf('GET http://alt.test/x HTTP/2'), authority: 'app.test' }
    expect(admit(head)).toMatchObject({ reason: 'invalid_target' })
  })
})

describe('bytes of a target', () => {
  const refused = [
    ...Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code)),
    ...'"<>{}|^`\\#'.split(''),
    '\u007f',
    '\u0080',
    '\u00ff',
    '\u0100',
  ]

  it.each(refused)('RL-23 to RL-29 and RL-34 refuse %j in a path', (character) => {
    const head = headOf('GET / HTTP/1.1', 'Host: app.test')
    const target = `/a${character}b`
    expect(admit({ ...head, target })).toMatchObject({ reason: 'invalid_target' })
  })

  // WHATWG URL leaves these in a query as a person typed them, and no route depends on them.
  const typed = '{}|^`\\'
  it.each(refused.filter((character) => !typed.includes(character)))(
    'RL-23 to RL-29 and RL-34 refuse %j in a query',
    (character) => {
      const head = headOf('GET / HTTP/1.1', 'Host: app.test')
      const target = `/a?b${character}c`
      expect(admit({ ...head, target })).toMatchObject({ reason: 'invalid_target' })
    },
  )

  it('takes every other byte in both', () => {
    const head = headOf('GET / HTTP/1.1', 'Host: app.test')
    let taken = 0
    for (let code = 0x21; code < 0x7f; code++) {
      const character = String.fromCharCode(code)
      if (refused.includes(character) || character === '%' || character === '?') continue
      expect(admit({ ...head, target: `/a${character}b?c${character}d` }).type).toBe('admitted')
      taken++
    }
    expect(taken).toBe(0x7f - 0x21 - 10 - 2)
  })

  it('leaves the escapes of a query to its readers', () => {
    expect(admit(headOf('GET /?q=100%&x=%zz HTTP/1.1', 'Host: app.test'))).toMatchObject({
      query: 'q=100%&x=%zz',
    })
  })

  it('RL-22 takes a long target', () => {
    const head = headOf(`GET /${'a'.repeat(7990)} HTTP/1.1`, 'Host: app.test')
    expect(admit(head).type).toBe('admitted')
  })
})

describe('max-forwards', () => {
  it.each([
    { name: 'HH-07 of OPTIONS, 0', method: 'OPTIONS', value: '0', expected: 0 },
    { name: 'HH-08 of OPTIONS, 5', method: 'OPTIONS', value: '5', expected: 5 },
    { name: 'of another method', method: 'GET', value: '5', expected: undefined },
  ])('gives that $name', ({ method, value, expected }) => {
    const head = headOf(`${method} / HTTP/1.1`, 'Host: app.test', `Max-Forwards: ${value}`)
    expect(admit(head)).toMatchObject({ type: 'admitted', maxForwards: expected })
  })

  it.each(['-1', '5, 5', '', '1e3', '9999999999'])('refuses %j of OPTIONS', (value) => {
    const head = headOf('OPTIONS / HTTP/1.1', 'Host: app.test', `Max-Forwards: ${value}`)
    expect(admit(head)).toMatchObject({ reason: 'malformed_request' })
  })
})
