/** Reads references to backends: a name, a URL, or a Kubernetes service. */
import { BINDING_SCHEME } from '../../model/binding.ts'
import type { BackendTarget, ServicePortRef } from '../../model/manifest.ts'
import { isLabel, isObjectName } from '../kubernetes/names.ts'
import { reportUrl } from './backends.ts'
import { parseEndpointUrl } from './endpoint-url.ts'
import { adviseChoice } from './report.ts'
import type { Path, Report } from './report.ts'

/** URLs to remember; most files name few of them many times. */
const MAX_REMEMBERED = 10_000

const INVALID: BackendTarget = { type: 'invalid' }

/** Names to compare a misspelt one with. */
const MAX_SUGGESTIONS = 1000

/** `namespace/name:port`. */
const SERVICE = /^([^/:]+)\/([^/:]+):([^/:]+)$/

/** Reads the references of one file and remembers which backends they name. */
export class BackendRefReader {
  readonly #report: Report
  /** Every name under `backends`, also of those that cannot be read; `undefined` allows any. */
  readonly #names: ReadonlySet<string> | undefined
  readonly #used = new Set<string>()
  readonly #urls = new Map<string, BackendTarget>()

  constructor(report: Report, names: ReadonlySet<string> | undefined) {
    this.#report = report
    this.#names = names
  }

  /** Names that some reference has named. */
  get used(): ReadonlySet<string> {
    return this.#used
  }

  /** The target of the short form, whichever of the three it is. */
  any(text: string, path: Path): BackendTarget {
    if (text.includes('://') || text.startsWith(BINDING_SCHEME)) return this.url(text, path)
    if (text.includes('/')) return this.service(text, path)
    if (!text.includes(':')) return this.name(text, path)
    this.#report.add({
      code: 'invalid-backend',
      path,
      value: text,
      text: 'is neither a name, nor a URL, nor a service',
      remedy: `write http://${text} for an endpoint, or default/${text} for a Kubernetes service`,
    })
    return INVALID
  }

  /** The target of `name`: one of the file's backends. */
  name(text: string, path: Path): BackendTarget {
    if (this.#names === undefined || this.#names.has(text)) {
      this.#used.add(text)
      return { type: 'backend', name: text }
    }
    // Looking for the nearest of many names takes a while, so it is not done for nothing.
    const names = this.#report.full ? [] : [...this.#names].slice(0, MAX_SUGGESTIONS)
    const some = names.length > 8 ? `${names.slice(0, 8).join(', ')} …` : names.join(', ')
    const there = names.length === 0 ? 'the file names none' : `backends has ${some}`
    this.#report.add({
      code: 'unknown-backend',
      path,
      value: text,
      text: 'is not among the backends of this file',
      remedy: adviseChoice(text, names, `add it to backends, or use a URL; ${there}`),
    })
    return INVALID
  }

  /** The target of `url`. */
  url(text: string, path: Path): BackendTarget {
    const known = this.#urls.get(text)
    if (known !== undefined) return known
    const url = parseEndpointUrl(text)
    if (url.type === 'origin') {
      const target: BackendTarget = { type: 'url', url: url.origin }
      if (this.#urls.size === MAX_REMEMBERED) this.#urls.clear()
      this.#urls.set(text, target)
      return target
    }
    reportUrl(url, { text, path, report: this.#report })
    return INVALID
  }

  /** The target of `service`. */
  service(text: string, path: Path): BackendTarget {
    const [, namespace = '', name = '', port = ''] = SERVICE.exec(text) ?? []
    const portRef = parsePort(port)
    if (isLabel(namespace) && isObjectName(name) && portRef !== undefined) {
      return { type: 'service', namespace, name, port: portRef }
    }
    this.#report.add({
      code: 'invalid-service',
      path,
      value: text,
      text: 'is not a service with namespace and port',
      remedy: 'write it as namespace/name:port, such as default/details:9080',
    })
    return INVALID
  }
}

/** A number from 1 to 65535, or the name of a port. */
function parsePort(text: string): ServicePortRef | undefined {
  if (!/^\d+$/.test(text)) return isLabel(text) ? text : undefined
  const port = Number(text)
  return text.length <= 5 && port >= 1 && port <= 65_535 ? port : undefined
}
