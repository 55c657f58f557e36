/**
 * How servers read a path, each in its own way: the oracle for paths that must reach no endpoint.
 * Written without postern's own readings on purpose.
 */

/** Every path that a server may take `target` for. */
export function readingsOf(target: string): string[] {
  const path = target.replace(/\?.*$/s, '')
  let readings = new Set([path])
  for (const habit of HABITS) {
    readings = new Set([...readings].flatMap((one) => [one, habit(one)]))
  }
  return [...new Set([...readings].flatMap((one) => [removeDots(one), whatwg(one)]))]
}

/** In the order in which servers have them: parameters before decoding, and after. */
const HABITS: readonly ((path: string) => string)[] = [
  cutParameters,
  decode,
  cutParameters,
  (path) => path.replaceAll('\\', '/'),
  (path) => path.replaceAll(/\/{2,}/g, '/'),
]

function cutParameters(path: string): string {
  return path.replaceAll(/;[^/]*/g, '')
}

function decode(path: string): string {
  return path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** RFC 3986 §5.2.4. */
function removeDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (last && (segment === '..' || segment === '.')) kept.push('')
  }
  return `/${kept.join('/')}`
}

function whatwg(path: string): string {
  return URL.parse(`http://path.test${path}`)?.pathname ?? path
}
