/** A routes file as a user would write it, and the whole way of a rule from its text on. */
import { compile } from '../../src/compile/compile.ts'
import { pack } from '../../src/compile/pack.ts'
import { parseDocuments } from '../../src/documents/documents.ts'
import type { PackedBundle } from '../../src/model/packed.ts'
import { checkPattern } from '../../src/regex/pattern.ts'
import { readSources } from '../../src/sources/read.ts'
import { createPrefixes, createRandom, hostName, type RulesSize } from './rules.ts'

/** What compiling gave and how long each stage took. */
export interface CompiledRoutes {
  readonly packed: PackedBundle
  /** Number of findings of the grave kind; not zero means that the text is wrong. */
  readonly errors: number
  readonly textBytes: number
  readonly stagesMs: Readonly<Record<'parse' | 'read' | 'compile' | 'pack', number>>
}

/** Text of a routes file of `size`: the short form, one route for each line. */
export function createRoutesFile(size: RulesSize): string {
  const random = createRandom(20_240_601)
  const lines: string[] = []
  for (let i = 0; i < size.hosts; i++) {
    const host = hostName(i)
    for (const [rule, path] of createPrefixes(size.routesPerHost, random).entries()) {
      const backend = `service-${(i + (rule % size.backendsPerHost)) % 1000}`
      lines.push(JSON.stringify({ host, path, backend }))
    }
  }
  const backends = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [
      `service-${i}`,
      { endpoints: [`http://192.0.2.${i % 250}:8080`] },
    ]),
  )
  const head = JSON.stringify({ version: 1, backends }).slice(0, -1)
  return `${head},"routes":[\n${lines.join(',\n')}\n]}\n`
}

/** Takes the text of a routes file all the way to its packed form. */
export function compileRoutes(text: string): CompiledRoutes {
  const started = performance.now()
  const { documents, findings } = parseDocuments({ name: 'routes.json', text })
  const parsed = performance.now()
  const sources = readSources(documents, { className: 'postern' })
  const read = performance.now()
  const result = compile(sources.manifest, { services: [], sockets: undefined, checkPattern })
  const compiled = performance.now()
  const packed = pack(result.bundle)
  const all = [...findings, ...sources.findings, ...result.findings]
  return {
    packed,
    errors: all.filter(({ severity }) => severity === 'error').length,
    textBytes: text.length,
    stagesMs: {
      parse: parsed - started,
      read: read - parsed,
      compile: compiled - read,
      pack: performance.now() - compiled,
    },
  }
}
