/** Reads host names and patterns, each spelling once however often it stands in the file. */
import { parseHostPattern } from '../../canonical/host.ts'
import type { HostPattern } from '../../model/manifest.ts'
import type { Path, Remark, Report } from './report.ts'

/** Spellings to remember; a file with more distinct hosts has few repetitions to gain by. */
const MAX_REMEMBERED = 10_000

/** Reads hosts of one file. */
export class HostReader {
  readonly #report: Report
  readonly #patterns = new Map<string, HostPattern | undefined>()

  constructor(report: Report) {
    this.#report = report
  }

  /** The pattern that `text` spells, or `undefined` with `invalid-host`. */
  pattern(text: string, path: Path): HostPattern | undefined {
    const pattern = this.#parse(text)
    if (pattern === undefined) this.#reject(text, { path, value: text })
    return pattern
  }

  /** The pattern that the key at the end of `path` spells, likewise. */
  key(text: string, path: Path): HostPattern | undefined {
    const pattern = this.#parse(text)
    if (pattern === undefined) this.#reject(text, { path, part: 'key' })
    return pattern
  }

  /** The one host that `text` spells, or `undefined` with `invalid-host`. */
  name(text: string, path: Path): string | undefined {
    const pattern = this.#parse(text)
    if (pattern?.type === 'exact') return pattern.name
    this.#reject(text, { path, value: text })
    return undefined
  }

  #parse(text: string): HostPattern | undefined {
    if (this.#patterns.has(text)) return this.#patterns.get(text)
    if (this.#patterns.size === MAX_REMEMBERED) this.#patterns.clear()
    const pattern = parseHostPattern(text, 'many', true)
    this.#patterns.set(text, pattern)
    return pattern
  }

  #reject(text: string, place: Pick<Remark, 'path' | 'part' | 'value'>): void {
    this.#report.add({ code: 'invalid-host', ...place, ...explainHost(text) })
  }
}

/** What a pattern is as text, to tell two of them apart: `a.test`, `*.a.test`, `*`. */
export function hostKey(pattern: HostPattern): string {
  switch (pattern.type) {
    case 'exact':
      return pattern.name
    case 'wildcard':
      return `*.${pattern.name}`
    case 'any':
      return '*'
    default:
      return pattern satisfies never
  }
}

function explainHost(text: string): { readonly text: string; readonly remedy: string } {
  if (text.includes('://')) {
    return { text: 'is a URL', remedy: 'give the host alone, such as www.example.com' }
  }
  if (/^[^:]*:\d*$|\]:\d*$/.test(text)) {
    const host = text.replace(/:\d*$/, '')
    return { text: 'has a port', remedy: `write ${host}: hosts are matched without their port` }
  }
  if (text.includes('/')) {
    return { text: 'has a slash', remedy: 'give the host alone; paths and CIDRs stand elsewhere' }
  }
  if (text.endsWith('.')) {
    return { text: 'ends with a dot', remedy: `write ${text.replace(/\.+$/, '')}` }
  }
  if (/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)) {
    return { text: 'is an IPv6 address without brackets', remedy: `write [${text}]` }
  }
  if (/[^\0-\x7f]/.test(text)) {
    const ascii = URL.parse(`http://${text}`)?.hostname ?? 'xn--...'
    return { text: 'is not ASCII', remedy: `write the name as DNS has it: ${ascii}` }
  }
  if (text.includes('*')) {
    const remedy = 'use one name here, or where patterns may stand *.example.com'
    return { text: 'has * where none may be', remedy }
  }
  return { text: 'is not a host', remedy: 'use a name such as www.example.com, or an IP address' }
}
