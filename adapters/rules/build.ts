/**
 * Text to Bundle in one call, the same for every command and for the thread that builds while
 * postern serves. Owns which errors refuse a rule set; what the rules mean is the core's.
 */
import { compareFindings } from '../../src/compile/finding.ts'
import { compile } from '../../src/compile/compile.ts'
import { parseDocuments, type RuleDocument } from '../../src/documents/documents.ts'
import type { Finding } from '../../src/errors.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { checkPattern } from '../../src/regex/pattern.ts'
import { readSources } from '../../src/sources/read.ts'
import { isRoutesFile } from '../../src/sources/routes-file/routes-file.ts'
import type { RulesInput } from './load.ts'

/** How much there is in a Bundle. */
export interface RuleCounts {
  /** Matches with their hosts: what `get routes` lists, default backends left out. */
  readonly routes: number
  /** Host patterns, that of every host included. */
  readonly hosts: number
}

/** What came of one rule set. */
export interface RulesResult {
  /** `undefined` where the set is refused. */
  readonly bundle: Bundle | undefined
  readonly manifest: Manifest
  /** In file order. */
  readonly documents: readonly RuleDocument[]
  /** Sorted by file, line and column. */
  readonly findings: readonly Finding[]
  /** SHA-256 over everything that was read and how, hexadecimal. */
  readonly digest: string
  readonly counts: RuleCounts
}

/**
 * Builds the Bundle of `input`. The set is refused, as a whole, by a file that cannot be read or
 * parsed, by any error in a routes.json, and where errors leave nothing to serve; an error in a
 * Kubernetes object concerns that object alone. Never throws for anything a file may hold.
 */
export function buildRules(input: RulesInput): RulesResult {
  const findings: Finding[] = [...input.findings]
  const documents: RuleDocument[] = []
  for (const file of input.files) {
    const parsed = parseDocuments(file)
    for (const document of parsed.documents) documents.push(document)
    for (const finding of parsed.findings) findings.push(finding)
  }
  const readable = !findings.some(isError)
  const { className, services, sockets } = input.options
  const read = readSources(documents, { className })
  for (const finding of read.findings) findings.push(finding)
  const compiled = compile(read.manifest, { services, sockets, checkPattern })
  // References into a file that could not be read are not the fault of what refers to it.
  if (readable) for (const finding of compiled.findings) findings.push(finding)
  const counts = countRules(compiled.bundle)
  const empty = isEmpty(compiled.bundle, counts)
  const refused =
    !readable || hasRoutesFileError(documents, findings) || (empty && hasError(findings))
  if (empty && !refused) findings.push(noRoutes(className))
  return {
    bundle: refused ? undefined : compiled.bundle,
    manifest: read.manifest,
    documents,
    findings: findings.sort(compareFindings),
    digest: input.digest,
    counts,
  }
}

/** Whether `result` may be served: it was not refused and, where `strict`, not warned about either. */
export function isAcceptable(
  result: Pick<RulesResult, 'findings'> & { readonly bundle?: unknown },
  strict: boolean,
): boolean {
  if (result.bundle === undefined) return false
  return !strict || result.findings.every(({ severity }) => severity === 'info')
}

function hasError(findings: readonly Finding[]): boolean {
  return findings.some(isError)
}

function isError({ severity }: Finding): boolean {
  return severity === 'error'
}

/** routes.json is one unit: serving the half that was understood could open what the rest closes. */
function hasRoutesFileError(
  documents: readonly RuleDocument[],
  findings: readonly Finding[],
): boolean {
  const files = new Set(
    documents.filter(({ value }) => isRoutesFile(value)).map(({ file }) => file),
  )
  return findings.some((finding) => isError(finding) && files.has(finding.file))
}

function isEmpty({ listeners }: Bundle, { routes }: RuleCounts): boolean {
  return routes === 0 && listeners.every(({ fallback }) => fallback === undefined)
}

/** Counts what `bundle` holds. A wildcard is one host, although it stands there in two depths. */
export function countRules({ hosts }: Bundle): RuleCounts {
  const names = new Set<string>()
  const counted = new Set<unknown>()
  let routes = 0
  for (const [key, virtualHost] of Object.entries(hosts)) {
    // Listeners with the same routes for a host share the very object.
    if (counted.has(virtualHost)) continue
    counted.add(virtualHost)
    const { host } = virtualHost
    const deeper = host.startsWith('**.')
    names.add(deeper ? host.slice(1) : host)
    const twin = `${key.slice(0, key.length - host.length)}${host.slice(1)}`
    if (!deeper || !Object.hasOwn(hosts, twin)) routes += virtualHost.routes.length
  }
  return { routes, hosts: names.size }
}

function noRoutes(className: string): Finding {
  return {
    severity: 'warning',
    code: 'no-routes',
    message: 'the rules hold no route, so every request is answered with 404',
    object: '',
    file: '',
    line: 0,
    column: 0,
    value: undefined,
    remedy: `add a route; Ingresses of another class than "${className}" are served with --class`,
  }
}
