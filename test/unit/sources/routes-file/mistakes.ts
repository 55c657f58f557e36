/** Reads the table of mistakes, whose first lines say how it is written. */
import { readFileSync } from 'node:fs'

/** One mistake, as two whole files. */
export interface Mistake {
  readonly name: string
  /** `§` marks the place that the finding has to name. */
  readonly bad: string
  readonly good: string
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** Object of the finding. */
  readonly object: string
  /** What the remedy has to say. */
  readonly fix: string
}

/** The file around the text of a case, by the name of the group. */
const AROUND: Readonly<Record<string, (text: string) => string>> = {
  file: (text) => text,
  listeners: (text) => around(`${text},\n  "routes": [{ "backend": "http://127.0.0.1:9000" }]`),
  hosts: (text) => around(`${text},\n  "routes": [{ "backend": "http://127.0.0.1:9000" }]`),
  backends: (text) => around(`"backends": { ${text} }, "routes": [{ "backend": "api" }]`),
  routes: (text) => withRoute(text),
  filters: (text) => withRoute(`{ "backend": "api", "filters": ${text} }`),
}

const CASE = /^(.+)\n {2}(.+)\n {2}(.+)\n {2}([a-z-]+)(!?)(?: <(.*)>)?: (.+)$/

/** All mistakes of the table. */
export function readMistakes(): readonly Mistake[] {
  const table = readFileSync(new URL('cases/mistakes.txt', import.meta.url), 'utf8')
  const [, ...groups] = table.trimEnd().split(/\n(?=\[)/)
  return groups.flatMap((group) => {
    const [head = '', ...cases] = group.trimEnd().split('\n\n')
    const [, name = '', object = ''] = /^\[(\w+)\] ?(.*)$/.exec(head) ?? []
    return cases.map((text) => readCase(text, name, object))
  })
}

function readCase(text: string, group: string, object: string): Mistake {
  const [, name, bad, good, code, warning, own, fix] = CASE.exec(text) ?? []
  const wrap = AROUND[group]
  if (bad === undefined || good === undefined || wrap === undefined) throw new Error(text)
  return {
    name: name ?? '',
    bad: wrap(bad),
    good: wrap(good),
    code: code ?? '',
    severity: warning === '!' ? 'warning' : 'error',
    object: own ?? object,
    fix: fix ?? '',
  }
}

function around(text: string): string {
  return `{ "version": 1,\n  ${text} }`
}

function withRoute(text: string): string {
  return around(`"backends": { "api": { "endpoints": ["http://127.0.0.1:9001"] } },
  "routes": [
    { "backend": "api" },
    ${text}
  ]`)
}
