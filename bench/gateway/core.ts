/**
 * The core of one checkout, ready to be driven. Owns where it is loaded from, so that two versions
 * can be measured in one process.
 */
import { pathToFileURL } from 'node:url'
import type * as CompileModule from '../../src/compile/compile.ts'
import type * as DocumentsModule from '../../src/documents/documents.ts'
import type * as BeginModule from '../../src/gateway/begin.ts'
import type * as ReaderModule from '../../src/gateway/bundle-reader.ts'
import type * as DecideModule from '../../src/gateway/decide.ts'
import type * as LinkModule from '../../src/gateway/link.ts'
import type * as RuntimeModule from '../../src/gateway/runtime.ts'
import type { Snapshot } from '../../src/gateway/snapshot.ts'
import type * as GateModule from '../../src/canonical/gate.ts'
import type * as RecordLineModule from '../../src/observe/record-line.ts'
import type * as SourcesModule from '../../src/sources/read.ts'

/** What a measurement calls. */
export interface Core {
  readonly admit: typeof GateModule.admit
  readonly waivers: GateModule.GateWaivers
  readonly decide: typeof DecideModule.decide
  readonly begin: typeof BeginModule.begin
  readonly formatRecord: typeof RecordLineModule.formatRecord
  readonly snapshot: Snapshot
  /** Key of the only socket. */
  readonly socket: string
}

/** The core in the checkout at `directory`, serving `rules`, a value of routes.json. */
export async function loadCore(directory: string, rules: unknown): Promise<Core> {
  // Each module has the type of the file of that name here; both checkouts are of one project.
  const load = async (file: string): Promise<unknown> =>
    await import(pathToFileURL(`${directory}/src/${file}`).href)
  const gate = (await load('canonical/gate.ts')) as typeof GateModule
  const { decide } = (await load('gateway/decide.ts')) as typeof DecideModule
  const { begin } = (await load('gateway/begin.ts')) as typeof BeginModule
  const { formatRecord } = (await load('observe/record-line.ts')) as typeof RecordLineModule
  const { openBundle } = (await load('gateway/bundle-reader.ts')) as typeof ReaderModule
  const { link } = (await load('gateway/link.ts')) as typeof LinkModule
  const { Runtime } = (await load('gateway/runtime.ts')) as typeof RuntimeModule
  const { compile } = (await load('compile/compile.ts')) as typeof CompileModule
  const { parseDocuments } = (await load('documents/documents.ts')) as typeof DocumentsModule
  const { readSources } = (await load('sources/read.ts')) as typeof SourcesModule
  const { documents } = parseDocuments({ name: 'routes.json', text: JSON.stringify(rules) })
  const { manifest } = readSources(documents, { className: 'postern' })
  const checkPattern = (): undefined => undefined
  const { bundle } = compile(manifest, { services: [], sockets: undefined, checkPattern })
  const opened = openBundle(bundle)
  if (opened.type === 'refused') throw new Error(opened.finding.message)
  const snapshot = link(opened.reader, {
    runtime: new Runtime({
      now: Date.now,
      monotonic: () => performance.now(),
      random: Math.random,
    }),
    patterns: () => ({ test: () => false }),
  })
  const [socket = ''] = snapshot.sockets.keys()
  return {
    admit: gate.admit,
    waivers: gate.NO_WAIVERS,
    decide,
    begin,
    formatRecord,
    snapshot,
    socket,
  }
}
