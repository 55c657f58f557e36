/**
 * The paths that backends could read where a canonical path was sent. Servers differ in five habits:
 * decoding an escaped slash, decoding a backslash and taking it for a slash, cutting `;parameters`
 * before or after decoding, merging slashes, and resolving dot segments at last. A single "most
 * lenient" reading does not cover them: of `/a%2F..%2Fadmin%2F%2F..` it is `/`, while who does not
 * merge slashes reads `/admin/`. So all combinations of the habits that a path appeals to are made.
 *
 * Readings are decoded once. Escapes without a meaning of their own (`%20`, `%25`, `%C3`) stay as
 * they are, so that a reading can be matched against canonical rule paths.
 */
import { collapseSlashes, cutParameters, resolveDotSegments } from './segments.ts'

/** What one reader does before it looks at elements. */
interface Habits {
  readonly slash: boolean
  readonly backslash: boolean
  /** Tomcat cuts before it decodes; who hands a decoded path on to a second parser, after. */
  readonly cut: 'before' | 'after' | undefined
}

/** Escapes of sub-delims, `:`, `@`, `[` and `]`, which mean the character once decoded. */
const PLAIN_ESCAPE = /%(?:2[146789ABC]|3[AD]|40|5[BD])/g

/** Bound of the characters that are read for one path, which is the length times the readers. */
const MAX_WORK = 16_384

const NO_READINGS: readonly string[] = []
const YES_AND_NO = [true, false]
const NO = [false]
const CUTS = ['after', 'before', undefined] as const
const NO_CUT = [undefined]

/**
 * Every reading of a canonical path but the path itself, without repetition, the most lenient
 * first; empty where readers agree. `undefined` where a path appeals to so many habits, or is so
 * long for those it appeals to, that its readings would cost more than it is worth: escaped slashes
 * in 8 KiB are read, together with parameters in 2.7 KiB, and all habits at once in nothing.
 */
export function lenientReadings(path: string): readonly string[] | undefined {
  if (!path.includes('%') && !path.includes(';') && !path.includes('//')) return NO_READINGS
  const base = path.replaceAll(PLAIN_ESCAPE, (escape) => decodeURIComponent(escape))
  const slash = base.includes('%2F')
  const backslash = base.includes('%5C')
  const parameters = base.includes(';') || base.includes('%3B')
  const readers = (slash ? 2 : 1) * (backslash ? 2 : 1) * (parameters ? CUTS.length : 1)
  if (readers * path.length > MAX_WORK) return undefined
  const mostLenient = read(base, { slash, backslash, cut: parameters ? 'after' : undefined })
  if (slash && backslash && parameters && mostLenient.includes('//')) return undefined
  const readings: string[] = []
  for (const cut of parameters ? CUTS : NO_CUT) {
    for (const decodesSlash of slash ? YES_AND_NO : NO) {
      for (const decodesBackslash of backslash ? YES_AND_NO : NO) {
        const text = read(base, { slash: decodesSlash, backslash: decodesBackslash, cut })
        addResolved(readings, text)
      }
    }
  }
  const others = readings.filter((reading) => reading !== path)
  return others.length === 0 ? NO_READINGS : others
}

/** What a reader with these habits sees. `base` has its plain escapes decoded. */
function read(base: string, { slash, backslash, cut }: Habits): string {
  let text = cut === 'before' ? cutParameters(base) : base
  if (slash) text = text.replaceAll('%2F', '/')
  if (backslash) text = text.replaceAll('%5C', '/')
  text = text.replaceAll('%3B', ';')
  return cut === 'after' ? cutParameters(text) : text
}

/** Adds what the text becomes with slashes merged and dot segments resolved, in either order. */
function addResolved(readings: string[], text: string): void {
  const merged = collapseSlashes(text)
  const resolved = resolveDotSegments(text)
  // A router that does not resolve them matches dot segments like any element, hence the last two.
  const candidates = [resolveDotSegments(merged), resolved, collapseSlashes(resolved), merged, text]
  for (const candidate of candidates) {
    if (!readings.includes(candidate)) readings.push(candidate)
  }
}
