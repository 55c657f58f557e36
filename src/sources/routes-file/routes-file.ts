/**
 * Reads a routes file (`routes.json`) into its part of the Manifest. The file is one unit: with an
 * error in it, none of it is used, and everything that is wrong is said at once.
 */
import * as v from 'valibot'

import type { RuleDocument } from '../../documents/documents.ts'
import type { Finding } from '../../errors.ts'
import type { Backend, HostSettings, Listener, Manifest, Route } from '../../model/manifest.ts'
import { BackendRefReader } from './backend-ref.ts'
import { readBackend } from './backends.ts'
import { HostReader, hostKey } from './hosts.ts'
import type { FileOutline, RouteInput } from './input.ts'
import { checkListeners, createDefaultListener, readListener } from './listeners.ts'
import { readClientAddress, readPolicy } from './policy.ts'
import { Report } from './report.ts'
import type { Path } from './report.ts'
import { readRoute } from './route.ts'
import { BackendSchema, HostSchema, ListenerSchema, OutlineSchema, RouteSchema } from './schema.ts'
import { NameSchema } from './schema-values.ts'
import { NAME_WORDS, checkShape } from './shape.ts'

/** What a routes file says, and what is wrong with it. */
export interface RoutesFile {
  /**
   * What could be read; with an error among the findings it serves to find out what else is wrong
   * and must not be served. Kubernetes parts are always empty.
   */
  readonly manifest: Manifest
  readonly findings: readonly Finding[]
}

const NOTHING: Manifest = {
  listeners: [],
  routes: [],
  backends: [],
  hosts: [],
  services: [],
  endpointSlices: [],
  tlsHosts: [],
}

type Parts = Partial<FileOutline>

/**
 * Whether a document is meant as a routes file: an object with neither `apiVersion` nor `kind`,
 * which every Kubernetes object has. What is no object is neither.
 */
export function isRoutesFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !Object.hasOwn(value, 'apiVersion') && !Object.hasOwn(value, 'kind')
}

/** The rules of a routes file; any value may be given. Never throws. */
export function readRoutesFile(document: RuleDocument): RoutesFile {
  const report = new Report(document)
  const { value } = document
  const parts = readParts(checkShape(OutlineSchema, { value, path: [], report }).value, report)
  if (parts.routes.length === 0 && report.errors === 0) {
    report.add({
      severity: 'warning',
      code: 'no-routes',
      path: ['routes'],
      text: 'has no entries, so that requests are answered only where other files have rules',
      remedy: 'add a route',
    })
  }
  return { manifest: { ...NOTHING, ...parts }, findings: report.findings() }
}

function readParts(
  file: Parts,
  report: Report,
): Pick<Manifest, 'listeners' | 'routes' | 'backends' | 'hosts'> {
  const hosts = new HostReader(report)
  const listeners = readListeners(file, report)
  const backends = readBackends(file.backends, report)
  const settings = readHosts(file.hosts, hosts, report)
  // Without a list of backends that can be read, no reference can be called unknown.
  const whole = file.backends !== undefined || !hasKey(report, 'backends')
  const names = whole ? new Set(Object.keys(file.backends ?? {})) : undefined
  const refs = new BackendRefReader(report, names)
  const routes = readRoutes(file.routes, { report, hosts, refs })
  for (const { name } of backends) {
    // A route that could not be read may have named it; a file without routes is for other files.
    if (refs.used.has(name) || report.errors > 0 || file.routes === undefined) continue
    report.add({
      severity: 'warning',
      code: 'unused-backend',
      path: ['backends', name],
      part: 'key',
      text: 'is named by no route',
      remedy: 'remove it, or name it in a route',
    })
  }
  return { listeners, routes, backends, hosts: settings }
}

function readListeners(
  { listeners = [], clientAddress: given }: Parts,
  report: Report,
): readonly Listener[] {
  const clientAddress =
    given === undefined ? undefined : readClientAddress(given, ['clientAddress'], report)
  const entries: { readonly listener: Listener; readonly index: number }[] = []
  for (const [index, value] of listeners.entries()) {
    const path = ['listeners', index]
    const shape = checkShape(ListenerSchema, { value, path, report })
    const { name, port } = shape.value
    if (name === undefined || port === undefined) continue
    const input = { ...shape.value, name, port }
    entries.push({ listener: readListener(input, { path, report, clientAddress }), index })
  }
  checkListeners(entries, report)
  if (listeners.length === 0 && clientAddress !== undefined) {
    return [createDefaultListener(clientAddress, report)]
  }
  return entries.map(({ listener }) => listener)
}

function readBackends(inputs: FileOutline['backends'], report: Report): readonly Backend[] {
  const backends: Backend[] = []
  for (const [name, value] of Object.entries(inputs ?? {})) {
    const path = ['backends', name]
    checkName(name, path, report)
    const shape = checkShape(BackendSchema, { value, path, report })
    const { endpoints } = shape.value
    if (endpoints === undefined) continue
    backends.push(readBackend({ ...shape.value, endpoints }, { name, path, report }))
  }
  return backends
}

function readHosts(
  inputs: FileOutline['hosts'],
  hosts: HostReader,
  report: Report,
): readonly HostSettings[] {
  const settings = new Map<string, HostSettings>()
  for (const [text, value] of Object.entries(inputs ?? {})) {
    const path = ['hosts', text]
    const host = hosts.key(text, path)
    const { policy } = checkShape(HostSchema, { value, path, report }).value
    if (host === undefined) continue
    if (settings.has(hostKey(host))) {
      report.add({
        code: 'repeated-name',
        path,
        part: 'key',
        text: 'is another spelling of a host that stands here already',
        remedy: 'join the two entries',
      })
    }
    settings.set(hostKey(host), {
      host,
      policy: policy === undefined ? undefined : readPolicy(policy, [...path, 'policy'], report),
      origin: report.originOf(path),
    })
  }
  return [...settings.values()]
}

function readRoutes(
  inputs: FileOutline['routes'],
  context: { readonly report: Report; readonly hosts: HostReader; readonly refs: BackendRefReader },
): readonly Route[] {
  const { report } = context
  const routes: Route[] = []
  const names = new Map<string, number>()
  for (const [index, value] of (inputs ?? []).entries()) {
    const shape = checkShape(RouteSchema, { value, path: ['routes', index], report })
    const whole = shape.type === 'whole'
    const input = whole ? shape.value : withoutDoubtfulPath(shape.value, value)
    checkRouteName(input.name, { index, names, report })
    routes.push(readRoute({ input, index, whole }, context))
  }
  return routes
}

/** Without its `pathType`, a path cannot be judged. */
function withoutDoubtfulPath(input: RouteInput, written: unknown): RouteInput {
  if (input.pathType !== undefined || !isObject(written)) return input
  if (!Object.hasOwn(written, 'pathType')) return input
  const { path: _, ...rest } = input
  return rest
}

function checkRouteName(
  name: string | undefined,
  {
    index,
    names,
    report,
  }: { readonly index: number; readonly names: Map<string, number>; readonly report: Report },
): void {
  if (name === undefined) return
  const first = names.get(name)
  if (first === undefined) {
    names.set(name, index)
    return
  }
  report.add({
    code: 'repeated-name',
    path: ['routes', index, 'name'],
    value: name,
    text: `is the name of routes[${first}]`,
    remedy: 'give every route a name of its own, or none',
  })
}

function checkName(name: string, path: Path, report: Report): void {
  if (v.is(NameSchema, name)) return
  const { text, remedy } = NAME_WORDS
  report.add({ code: 'invalid-name', path, part: 'key', text, remedy })
}

function hasKey({ document: { value } }: Report, key: string): boolean {
  return isObject(value) && Object.hasOwn(value, key)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
