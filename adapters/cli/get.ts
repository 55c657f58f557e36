/** `postern get`: what rules amount to, as tables. */
import { EXIT, type Command } from './command.ts'
import { buildHere } from './built-rules.ts'
import { backendsView } from './get-backends.ts'
import { certificatesView } from './get-certificates.ts'
import { ingressView } from './get-ingress.ts'
import { routesView } from './get-routes.ts'
import { writeJson } from './json.ts'
import { RULES_OPTIONS, rulesOptions } from './rules-flags.ts'
import { writeTable } from './table.ts'
import { isMistake, unknownWord } from './usage.ts'
import type { Terminal } from './terminal.ts'
import type { Shown, View } from './view.ts'

/** What can be looked at, by every word that stands for it. */
const VIEWS: ReadonlyMap<string, View> = new Map([
  ['routes', routesView],
  ['route', routesView],
  ['ingress', ingressView],
  ['ingresses', ingressView],
  ['ing', ingressView],
  ['backends', backendsView],
  ['backend', backendsView],
  ['certificates', certificatesView],
  ['certificate', certificatesView],
])

const NAMES = ['routes', 'ingress', 'backends', 'certificates']
const FORMATS = ['wide', 'json']

/** The command. */
export const get: Command = {
  name: 'get',
  summary: 'Show routes, ingress, backends or certificates of rules.',
  usage: '[routes|ingress|backends|certificates] [options]',
  options: [
    { name: 'output', short: 'o', value: 'wide|json', text: 'More columns, or JSON.' },
    ...RULES_OPTIONS,
  ],
  maxArguments: 1,
  about: [
    'Shows what the rules amount to: routes (the default) in the order in which they are tried,',
    'Ingress objects as kubectl shows them, backends with their endpoints, and the hosts for which',
    'certificates are named. Connects to nothing.',
  ].join('\n'),
  examples: [
    { line: 'postern get routes', text: 'the table of routes.json' },
    { line: 'postern get routes -o wide', text: 'with methods, headers, filters and policy' },
    { line: 'postern get ingress -c ingress.yaml --class cilium', text: 'Ingress objects' },
  ],
  async run(call, terminal) {
    const [name = 'routes'] = call.rest
    const view = VIEWS.get(name)
    if (view === undefined) return unknownWord('kind of thing', name, NAMES)
    const format = call.value('output')
    if (format !== undefined && !FORMATS.includes(format)) {
      return unknownWord('output', format, FORMATS)
    }
    const options = rulesOptions(call)
    if (isMistake(options)) return options
    const rules = await buildHere(options, { strict: call.has('strict'), terminal })
    if (rules === undefined) return EXIT.failed
    write(view(rules, Date.now()), format, terminal)
    return EXIT.ok
  },
}

function write(shown: Shown, format: string | undefined, { out, err }: Terminal): void {
  const { columns, items, empty } = shown
  if (format === 'json') {
    writeJson(
      items.map(({ json }) => json),
      out,
    )
    return
  }
  if (items.length === 0) {
    err.write(`${empty}\n`)
    return
  }
  const isShown = (index: number): boolean => format === 'wide' || columns[index]?.wide !== true
  const choose = (row: readonly string[]): string[] => row.filter((_, index) => isShown(index))
  writeTable(
    choose(columns.map(({ title }) => title)),
    items.map(({ cells }) => choose(cells)),
    out,
  )
}
