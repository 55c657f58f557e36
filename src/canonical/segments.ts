/** What readers of a path do to its elements. Slow paths only: every clean request goes without. */

/** The path with `.` and `..` resolved (RFC 3986 §5.2.4); empty elements count as elements. */
export function resolveDotSegments(path: string): string {
  if (!path.includes('/.')) return path
  const kept: string[] = []
  const segments = path.split('/')
  // The first is what stands before the leading slash: nothing.
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] ?? ''
    if (segment !== '.' && segment !== '..') {
      kept.push(segment)
      continue
    }
    if (segment === '..') kept.pop()
    // At the end, a dot segment leaves the directory that it names.
    if (i === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}

/** The path with every run of slashes taken for one. */
export function collapseSlashes(path: string): string {
  return path.includes('//') ? path.replaceAll(/\/{2,}/g, '/') : path
}

/** The path without `;` and what follows it in an element, as servlet containers read it. */
export function cutParameters(path: string): string {
  return path.includes(';') ? path.replaceAll(/;[^/]*/g, '') : path
}
