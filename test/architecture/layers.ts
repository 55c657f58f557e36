/**
 * The order of the folders and what each may import. A pure function of a list of edges, so that
 * it can be shown graphs that it has to refuse.
 */
import type { Edge } from './imports.ts'

/** An import that the order forbids. */
export interface Offence {
  readonly from: string
  readonly to: string
  /** What it breaks, in words. */
  readonly rule: string
}

/** Formats an offence for a terminal. */
export function formatOffence({ from, to, rule }: Offence): string {
  return `${from} -> ${to} (${rule})`
}

/**
 * Each may be imported by those below it and by nobody above. Names on one line do not import each
 * other; the first line is single files that make up one vocabulary, and may.
 */
const layers: readonly (readonly string[])[] = [
  ['src/errors.ts', 'src/head.ts', 'src/fields.ts', 'src/exchange.ts'],
  // Hosts are read with the help of addresses.
  ['src/ip'],
  ['src/regex', 'src/http1', 'src/client-hello', 'src/canonical'],
  ['src/model'],
  [
    'src/documents',
    'src/routing',
    'src/client-address',
    'src/policy',
    'src/filters',
    'src/upstream',
    'src/observe',
  ],
  ['src/sources'],
  ['src/compile'],
  ['src/gateway'],
  ['src/fetch', 'src/store'],
  ['src/control', 'src/index.ts'],
  ['adapters/rules'],
  ['adapters/node', 'adapters/cloudflare', 'adapters/cloudflare-control', 'adapters/miniflare'],
  ['adapters/cli'],
]

/** Packages that only some places import. */
const owners: ReadonlyMap<string, readonly string[]> = new Map([
  ['yaml', ['src/documents']],
  ['hono', ['src/control']],
  // A module of its own that a snapshot loads when a rule asks for tokens.
  ['jose', ['src/control', 'src/policy/jwt']],
])

/** What the Worker that carries traffic has to do without: its size is its start-up time. */
const absentFromDataWorker = ['src/documents', 'src/sources', 'src/compile', 'src/control']

/** Where that Worker's static graph begins. */
const dataWorkerRoots = ['adapters/cloudflare', 'src/gateway', 'src/fetch']

/** Files that may hand on what others declare: what a package's reader imports. */
const entry = /^(?:src|adapters\/[a-z-]+)\/index\.ts$/

interface Place {
  readonly rank: number
  readonly name: string
}

/** Gives every edge that breaks a rule, in the order of the edges. */
export function findOffences(edges: readonly Edge[]): Offence[] {
  return [...edges.flatMap(checkEdge), ...checkDataWorker(edges)]
}

function checkEdge(edge: Edge): Offence[] {
  const rules = [checkOrder(edge), checkPackage(edge), checkReexport(edge)]
  return rules
    .filter((rule) => rule !== undefined)
    .map((rule) => ({ from: edge.from, to: edge.to, rule }))
}

function checkOrder({ from, to, kind }: Edge): string | undefined {
  const source = findPlace(from)
  if (source === undefined) return `"${from}" has no place in the order of folders`
  if (!isFile(to)) return undefined
  const target = findPlace(to)
  if (target === undefined) return `"${to}" has no place in the order of folders`
  if (source.name === target.name) return undefined
  if (target.rank > source.rank) return `${source.name} comes before ${target.name}`
  if (target.rank === source.rank && source.rank !== 0) {
    return `${source.name} and ${target.name} stand side by side`
  }
  if (source.name === 'adapters/cli' && isSibling(target) && kind === 'static') {
    return 'adapters/cli loads other adapters with import(), so that a command pays for its own'
  }
  return undefined
}

/** Whether the place is an adapter to one runtime, not what several of them share. */
function isSibling({ name }: Place): boolean {
  return name.startsWith('adapters/') && name !== 'adapters/rules'
}

function checkPackage({ from, to }: Edge): string | undefined {
  if (isFile(to)) return undefined
  if (from.startsWith('src/') && isPlatform(to)) return 'src knows no runtime'
  const allowed = owners.get(packageName(to))
  if (allowed === undefined || allowed.some((name) => isWithin(from, name))) return undefined
  return `only ${allowed.join(' and ')} may import ${packageName(to)}`
}

function checkReexport({ from, reexport }: Edge): string | undefined {
  if (!reexport || entry.test(from)) return undefined
  return 'only src/index.ts and adapters/*/index.ts re-export'
}

/** Follows what is loaded at once from the data Worker's entry, and tells how it got there. */
function checkDataWorker(edges: readonly Edge[]): Offence[] {
  const loads = new Map<string, string[]>()
  for (const { from, to, kind } of edges) {
    if (kind === 'static') loads.set(from, [...(loads.get(from) ?? []), to])
  }
  const roots = [...loads.keys()].filter((file) =>
    dataWorkerRoots.some((root) => isWithin(file, root)),
  )
  // A parent is found first, so each chain is a shortest one.
  const parents = new Map<string, string | undefined>(roots.map((root) => [root, undefined]))
  const offences: Offence[] = []
  for (const file of parents.keys()) {
    for (const to of loads.get(file) ?? []) {
      if (parents.has(to)) continue
      parents.set(to, file)
      const what = describeAbsent(to)
      if (what === undefined) continue
      const chain = ascend(file, parents).join(' -> ')
      offences.push({ from: file, to, rule: `the data Worker loads no ${what}; by ${chain}` })
    }
  }
  return offences
}

function describeAbsent(to: string): string | undefined {
  if (!isFile(to)) return to.startsWith('cloudflare:') ? undefined : 'package'
  return absentFromDataWorker.find((name) => isWithin(to, name))
}

function ascend(file: string, parents: ReadonlyMap<string, string | undefined>): string[] {
  const parent = parents.get(file)
  return parent === undefined ? [file] : [...ascend(parent, parents), file]
}

function findPlace(file: string): Place | undefined {
  for (const [rank, names] of layers.entries()) {
    const name = names.find((one) => isWithin(file, one))
    if (name !== undefined) return { rank, name }
  }
  return undefined
}

/** Whether the file is that place, lies in it, or is the module of that name: `jwt.ts` for `jwt`. */
function isWithin(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`) || file === `${place}.ts`
}

function isFile(to: string): boolean {
  return to.endsWith('.ts') || to.startsWith('.') || /^(?:src|adapters|test)\//.test(to)
}

function isPlatform(to: string): boolean {
  return /^(?:node|cloudflare|bun|deno):/.test(to)
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
