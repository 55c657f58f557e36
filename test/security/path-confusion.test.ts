/**
 * Paths that somebody behind us could read in another way (H-25, H-27, H-33). The servers here are
 * models, written without the code under test: what each makes of the bytes that it is sent.
 */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { canonicalPath } from '../../src/canonical/path.ts'

/** What the rules of these tests close: `/admin` and below. */
function isClosed(path: string): boolean {
  return path === '/admin' || path.startsWith('/admin/')
}

/** Whether a request for this path is stopped, going by the path itself and all its readings. */
function isStopped(rawPath: string): boolean {
  const path = canonicalPath(rawPath, false)
  return path === undefined || isClosed(path.canonical) || path.readings.some(isClosed)
}

function decode(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Resolves dot segments by walking directories; an empty name is one, or is passed over. */
function walk(path: string, skipsEmpty: boolean): string {
  const directories: string[] = []
  const names = path.split('/').slice(1)
  names.forEach((name, index) => {
    const last = index === names.length - 1
    if (name === '..') directories.pop()
    else if (name !== '.' && !(skipsEmpty && name === '' && !last)) directories.push(name)
    if (last && (name === '.' || name === '..')) directories.push('')
  })
  return `/${directories.join('/')}`
}

function cut(path: string): string {
  return path
    .split('/')
    .map((name) => name.split(';')[0])
    .join('/')
}

const SERVERS: Readonly<Record<string, (path: string) => string>> = {
  'RFC 3986': (path) => walk(path, false),
  WHATWG: (path) => new URL(`http://x.test${path}`).pathname,
  'Express, literal': (path) => path,
  'decoding router without dots': decode,
  'decoding router': (path) => walk(decode(path), false),
  'Go path.Clean, nginx': (path) => walk(decode(path), true),
  'PHP on Windows': (path) => walk(decode(path).replaceAll('\\', '/'), true),
  'IIS without merging': (path) => walk(decode(path).replaceAll('\\', '/'), false),
  'Tomcat, cuts before decoding': (path) => walk(decode(cut(path)), true),
  'Tomcat taking backslashes': (path) => walk(decode(cut(path)).replaceAll('\\', '/'), true),
  'Spring behind a decoding proxy': (path) => walk(cut(decode(path)), true),
  'servlet container without merging': (path) => walk(cut(decode(path)), false),
  'resolves, then merges': (path) => walk(decode(path), false).replaceAll(/\/+/g, '/'),
}

describe('a path that somebody reads as /admin', () => {
  it.each([
    ['PA-01', '/admin'],
    ['PA-02', '/admin/'],
    ['PA-04', '/%61dmin'],
    ['PA-06', '/%61%64%6D%69%6e'],
    ['PA-07', '//admin'],
    ['PA-08', '/./admin'],
    ['PA-09', '/x/../admin'],
    ['PA-10', '/x/%2e%2e/admin'],
    ['PA-11', '/x/.%2E/admin'],
    ['PA-12', '/%2e/admin'],
    ['PA-13', '/admin;x'],
    ['PA-14', '/admin;x=1/y'],
    ['PA-15', '/;x/admin'],
    ['PA-16', '/x;/../admin'],
    ['PA-17', '/x/..;/admin'],
    ['PA-18', '/\\admin'],
    ['PA-19', '/%5Cadmin'],
    ['PA-20', '/x/..%5cadmin'],
    ['PA-21', '/x/..%2fadmin'],
    ['PA-22', '/%2fadmin'],
    ['PA-23', '/x%2f..%2Fadmin'],
    ['PA-24', '/x%2F%2e%2e%2fadmin'],
    ['PA-26', '/admin%00.png'],
    ['PA-33', '/../admin'],
    ['PA-34', '/x/../../admin'],
    ['PA-35', '/admin/.'],
    ['PA-36', '/admin%3bx'],
    ['PA-46', '/api/..;/admin'],
    ['two cuts', '/admin;%2F..%2Fpub'],
    ['merging hides it', '/x%2F..%2Fadmin%2F%2F..'],
    ['resolving hides it', '/admin%2F..'],
    ['cutting hides it', '/x%2F..%2Fadmin%2F..;'],
    ['a backslash hides it', '/x%5Cy%2F..%2Fadmin'],
  ])('is stopped: %s %s', (_, path) => {
    expect(isStopped(path)).toBe(true)
  })

  it('is stopped whichever server reads it so', () => {
    const pieces = [
      '/',
      '/',
      '//',
      '.',
      '..',
      '%2e',
      '%2E%2e',
      '%2f',
      '%2F',
      '%5c',
      ';',
      '%3B',
      ';a',
    ]
    const words = ['admin', '%61dmin', 'adm%69n', 'x', '%25', '%2525', '@', '%40']
    const path = fc
      .array(fc.constantFrom(...pieces, ...words), { maxLength: 14 })
      .map((parts) => `/${parts.join('')}`)
    let read = 0
    fc.assert(
      fc.property(path, (rawPath) => {
        if (isStopped(rawPath)) return
        const sent = canonicalPath(rawPath, false)?.canonical ?? ''
        for (const [server, reads] of Object.entries(SERVERS)) {
          expect(isClosed(reads(sent)), `${server} reads ${sent}`).toBe(false)
          read++
        }
      }),
      { numRuns: 20_000 },
    )
    // The generator makes both kinds: a test that stops everything would prove nothing.
    expect(read).toBeGreaterThan(1000)
  })
})

describe('a path that nobody reads as /admin', () => {
  it.each([
    ['PA-28', '/admin%09', '/admin%09'],
    ['PA-31', '/ADMIN', '/ADMIN'],
    ['PA-32', '/administrator', '/administrator'],
    ['PA-37', '/admin%3Fx', '/admin%3Fx'],
    ['PA-38', '/admin%23x', '/admin%23x'],
    ['PA-40', '/api/x', '/api/x'],
    ['PA-41', '/api//alt.test/x', '/api//alt.test/x'],
    ['PA-47', '/@scope%2Fname', '/@scope%2Fname'],
    ['PA-48', '/a//b', '/a//b'],
    ['PA-49', '/%2525', '/%2525'],
    ['PA-50', '/%e2%9c%93', '/%E2%9C%93'],
    ['PA-51', '/%7Euser', '/~user'],
    ['PA-52', '/a%20b', '/a%20b'],
    ['PA-53', '/x/..', '/'],
    ['PA-54', '/.well-known/x', '/.well-known/x'],
    ['PA-55', '/...', '/...'],
    ['PA-57', '/__proto__', '/__proto__'],
    ['PA-58', '/constructor', '/constructor'],
  ])('goes on: %s %s', (_, path, forward) => {
    expect(isStopped(path)).toBe(false)
    expect(canonicalPath(path, false)?.canonical).toBe(forward)
  })
})
