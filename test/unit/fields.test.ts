import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  connectionOptions,
  findKnownField,
  forwardableRequestFields,
  forwardableResponseFields,
  forwardableTrailers,
  HOP_BY_HOP,
  isFieldValue,
  isTokenName,
  OWNED,
  SINGLETONS,
} from '../../src/fields.ts'

function forwardRequest(fields: readonly string[], trusted = false): string[] {
  const out: string[] = []
  forwardableRequestFields(fields, out, trusted)
  return out
}

function forwardResponse(fields: readonly string[]): string[] {
  const out: string[] = []
  forwardableResponseFields(fields, out)
  return out
}

/** Each name of the sets, spelled in ways that some server takes for it. */
const spelled = fc
  .tuple(fc.constantFrom(...OWNED, ...HOP_BY_HOP), fc.infiniteStream(fc.nat(5)))
  .map(([name, choices]) => [name, respell(name, choices)] as const)

function respell(name: string, choices: Iterator<number>): string {
  return name.replaceAll(/./g, (letter) => {
    const choice = choices.next().value as number // the stream has no end
    if (letter !== '-') return choice < 3 ? letter : letter.toUpperCase()
    return '-_.-~_'.charAt(choice)
  })
}

describe('an owned field', () => {
  it.each([
    'X-Forwarded-For',
    'x_forwarded_for',
    'X.Forwarded_For',
    'X-FORWARDED-ANYTHING',
    'X-Forwarded-',
    'x_forwarded-client_cert',
    'X_Real_IP',
    'Forwarded',
    'Proxy',
    'CF-Connecting-IP',
    'X-Postern-Reason',
    'x-envoy-upstream-rq-timeout-ms',
    'SSL_Client_Verify',
    'Client-Cert',
    'X-Request-Id',
  ])('takes %s', (name) => {
    expect(findKnownField(name)?.owned).toBe(true)
  })

  it.each([
    '',
    'x',
    'X-Forwarder',
    'XForwardedFor',
    'Proxy-Connection',
    'X-HTTP-Method-Override',
    'X-Real-IPv6',
    'Accept',
    '__proto__',
    'constructor',
    'x-real-\u0131p',
  ])('leaves %j', (name) => {
    expect(findKnownField(name)?.owned ?? false).toBe(false)
  })

  it('agrees with folding the name first, whatever the spelling', () => {
    fc.assert(
      fc.property(spelled, ([name, spelling]) => {
        const known = findKnownField(spelling)
        expect(known?.name).toBe(name)
        expect(known?.twin).toBe(spelling.toLowerCase() !== name)
        expect(forwardRequest([spelling, 'x'])).toEqual([])
        expect(forwardRequest([spelling, 'x'], true)).toEqual([])
      }),
    )
  })

  it('knows no other name', () => {
    const families =
      /^(?:x[^a-z0-9]forwarded|x[^a-z0-9]postern|x[^a-z0-9]envoy|ssl[^a-z0-9]client)/i
    const known = new Set([...OWNED, ...HOP_BY_HOP, ...SINGLETONS, 'expect', 'trailer'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 16 }), (name) => {
        const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')
        if (families.test(name) || known.has(folded)) return
        expect(findKnownField(name)).toBeUndefined()
      }),
    )
  })
})

describe('connectionOptions', () => {
  it.each([
    { name: 'no field', fields: ['Accept', 'x'], options: undefined },
    { name: 'persistence alone', fields: ['Connection', 'keep-alive, Close'], options: undefined },
    { name: 'an empty value', fields: ['Connection', ' ,, '], options: undefined },
    { name: 'a nomination', fields: ['connection', 'close, X-Secret'], options: ['x-secret'] },
    {
      name: 'several fields',
      fields: ['Connection', 'a,\tb', 'CONNECTION', 'Upgrade'],
      options: ['a', 'b', 'upgrade'],
    },
  ])('gives those of $name', ({ fields, options }) => {
    expect(connectionOptions(fields)).toEqual(options && new Set(options))
  })
})

describe('forwardableRequestFields', () => {
  it.each([
    {
      name: 'order, spelling and repetition',
      fields: ['B', '1', 'a', '2', 'B', '3'],
      out: ['B', '1', 'a', '2', 'B', '3'],
    },
    { name: 'HH-01 not what is nominated', fields: ['Connection', 'X-S', 'x-s', '1'], out: [] },
    {
      name: 'HH-05 no hop-by-hop field',
      fields: ['Keep-Alive', 'timeout=5', 'Proxy-Connection', 'x', 'Proxy-Authorization', 'y'],
      out: [],
    },
    {
      name: 'HH-06 the trailers of TE',
      fields: ['Connection', 'TE', 'te', 'Trailers'],
      out: ['te', 'trailers'],
    },
    { name: 'no other TE', fields: ['TE', 'trailers, deflate'], out: [] },
    {
      name: 'no Host, framing, Expect, Max-Forwards or Trailer',
      fields: [
        'Host',
        'a',
        'Content-Length',
        '1',
        'Transfer-Encoding',
        'chunked',
        'Expect',
        '100-continue',
        'Max-Forwards',
        '5',
        'Trailer',
        'x',
      ],
      out: [],
    },
    {
      name: 'HH-11 no twin of an owned field',
      fields: ['X_Forwarded_For', '203.0.113.66', 'X_Real_IP', 'x'],
      out: [],
    },
    {
      name: 'HH-12 a name of Object',
      fields: ['__proto__', 'x', 'constructor', 'y'],
      out: ['__proto__', 'x', 'constructor', 'y'],
    },
    {
      name: 'HH-13 obs-text as it is',
      fields: ['X-U', 'caf\u00c3\u00a9'],
      out: ['X-U', 'caf\u00c3\u00a9'],
    },
    {
      name: 'HH-38 accept-encoding as it is',
      fields: ['Accept-Encoding', 'br;q=1.0, zstd'],
      out: ['Accept-Encoding', 'br;q=1.0, zstd'],
    },
    {
      name: 'PA-56 method overrides',
      fields: ['X-HTTP-Method-Override', 'DELETE'],
      out: ['X-HTTP-Method-Override', 'DELETE'],
    },
    {
      name: 'credentials and content',
      fields: ['Authorization', 'x', 'Content-Type', 'y'],
      out: ['Authorization', 'x', 'Content-Type', 'y'],
    },
  ])('forwards $name', ({ fields, out }) => {
    expect(forwardRequest(fields)).toEqual(out)
  })

  it('appends, so that no nomination reaches what is added', () => {
    const out = ['before', '1']
    forwardableRequestFields(['Connection', 'before, after', 'After', '2'], out, false)
    expect(out).toEqual(['before', '1'])
  })

  it('lets a trusted peer speak of what postern does not write, in the one spelling', () => {
    const fields = [
      'X-Forwarded-Prefix',
      '/a',
      'X_Forwarded_Prefix',
      '/b',
      'X-Forwarded-Client-Cert',
      'c',
    ]
    expect(forwardRequest(fields, true)).toEqual([
      'X-Forwarded-Prefix',
      '/a',
      'X-Forwarded-Client-Cert',
      'c',
    ])
    expect(forwardRequest(fields, false)).toEqual([])
    const written = ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port']
    expect(
      forwardRequest(
        [...written, 'X-Request-Id', 'CF-Connecting-IP'].flatMap((name) => [name, 'x']),
        true,
      ),
    ).toEqual([])
  })
})

describe('forwardableResponseFields', () => {
  it.each([
    {
      name: 'no framing, hop-by-hop or nominated field',
      fields: [
        'Content-Length',
        '1',
        'Transfer-Encoding',
        'chunked',
        'Keep-Alive',
        'x',
        'Connection',
        'close, X-A',
        'x-a',
        '1',
        'Upgrade',
        'h2c',
      ],
      out: [],
    },
    {
      name: 'nothing in our name',
      fields: ['X-Postern-Reason', 'x', 'x-envoy-upstream-service-time', '1'],
      out: [],
    },
    {
      name: 'cookies one by one',
      fields: ['Set-Cookie', 'a', 'Set-Cookie', 'b'],
      out: ['Set-Cookie', 'a', 'Set-Cookie', 'b'],
    },
    {
      name: 'the announcement of trailers',
      fields: ['Trailer', 'Server-Timing'],
      out: ['Trailer', 'Server-Timing'],
    },
    {
      name: 'its request id',
      fields: ['X-Request-Id', 'x', 'Forwarded', 'y'],
      out: ['X-Request-Id', 'x', 'Forwarded', 'y'],
    },
  ])('forwards $name', ({ fields, out }) => {
    expect(forwardResponse(fields)).toEqual(out)
  })
})

describe('forwardableTrailers', () => {
  it.each(['request', 'response'] as const)('gives a list of a %s that goes on itself', (side) => {
    const fields = ['grpc-status', '0', 'Server-Timing', 'x', 'ETag', '"y"']
    expect(forwardableTrailers(side, fields)).toBe(fields)
  })

  it.each(
    `Content-Length Transfer-Encoding Host Connection Trailer TE Expect Max-Forwards
     Authorization Proxy-Authorization WWW-Authenticate Cookie Set-Cookie
     Content-Type Content-Encoding Content-Range Cache-Control Range If-Match Location Date
     Content_Length Set_Cookie`.split(/\s+/),
  )('H-08 drops %s on both sides', (name) => {
    const fields = ['a', '1', name, 'x', 'b', '2']
    expect(forwardableTrailers('request', fields)).toEqual(['a', '1', 'b', '2'])
    expect(forwardableTrailers('response', fields)).toEqual(['a', '1', 'b', '2'])
  })

  it('drops owned fields of a request, and ours of a response', () => {
    const fields = ['X-Forwarded-For', 'x', 'X_Real_IP', 'y', 'X-Postern-Reason', 'z']
    expect(forwardableTrailers('request', fields)).toEqual([])
    expect(forwardableTrailers('response', fields)).toEqual(fields.slice(0, 4))
  })
})

describe('validators', () => {
  it.each([
    { text: 'X-A', token: true },
    { text: "!#$%&'*+-.^_`|~09azAZ", token: true },
    { text: '', token: false },
    { text: 'a b', token: false },
    { text: 'a:', token: false },
    { text: 'a\n', token: false },
    { text: '\u00e9', token: false },
  ])('tells whether $text is a token', ({ text, token }) => {
    expect(isTokenName(text)).toBe(token)
  })

  it.each([
    { text: '', value: true },
    { text: 'a b\tc', value: true },
    { text: '\u0080\u00ff', value: true },
    { text: ' a', value: false },
    { text: 'a\t', value: false },
    { text: 'a\r\nb', value: false },
    { text: 'a\0b', value: false },
    { text: '\u007f', value: false },
    { text: '\u0100', value: false },
  ])('tells whether $text is a field value', ({ text, value }) => {
    expect(isFieldValue(text)).toBe(value)
  })
})
