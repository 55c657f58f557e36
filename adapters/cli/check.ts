/** `postern check`: everything that is wrong with rules, and where. */
import { buildRules, isAcceptable, type RulesResult } from '../rules/build.ts'
import { withTarget } from '../rules/target.ts'
import { EXIT, type Command } from './command.ts'
import { countFindings, countText, describeCounts, writeFindings } from './findings.ts'
import { writeJson } from './json.ts'
import { RULES_OPTIONS, rulesOptions } from './rules-flags.ts'
import { loadHere } from './load-here.ts'
import { parseTarget } from './target-flag.ts'
import { isMistake } from './usage.ts'
import type { Terminal } from './terminal.ts'

/** The command. */
export const check: Command = {
  name: 'check',
  summary: 'Say what is wrong with rules, with file, line and column.',
  usage: '[options]',
  options: [
    {
      name: 'target',
      value: 'worker|node',
      text: 'Count as an error what cannot be honoured there.',
    },
    { name: 'json', text: 'Print findings and counts as JSON.' },
    ...RULES_OPTIONS,
  ],
  maxArguments: 0,
  about: [
    'Reads the rules as serve would and prints every finding at once, with what would be right.',
    'Exits 1 when there is an error, with --strict when there is a warning. Connects to nothing.',
  ].join('\n'),
  examples: [
    { line: 'postern check', text: 'the rules of routes.json' },
    { line: 'postern check -c rules/ --strict', text: 'a folder, warnings included' },
    { line: 'postern check --target worker', text: 'what would differ as a Worker' },
    {
      line: 'kubectl get ingress -A -o json | postern check -c - --class nginx',
      text: 'a cluster',
    },
  ],
  async run(call, terminal) {
    const options = rulesOptions(call)
    if (isMistake(options)) return options
    const target = parseTarget(call.value('target'))
    if (isMistake(target)) return target
    const built = buildRules(await loadHere(options, terminal))
    const result = target === undefined ? built : withTarget(built, { target, severity: 'error' })
    const ok = isChecked(result, call.has('strict'))
    if (call.has('json')) {
      const { findings } = result
      writeJson({ findings, counts: countFindings(findings), ok }, terminal.out)
    } else {
      writeReport(result, ok, terminal)
    }
    return ok ? EXIT.ok : EXIT.failed
  },
}

/** Unlike serving, which can do without a broken object, a check passes only where none is. */
function isChecked(result: RulesResult, strict: boolean): boolean {
  return isAcceptable(result, strict) && countFindings(result.findings).errors === 0
}

function writeReport({ findings, counts }: RulesResult, ok: boolean, { out }: Terminal): void {
  writeFindings(findings, out)
  const verdict = ok ? out.style('green', 'ok') : out.style('red', 'failed')
  const size = `${countText(counts.routes, 'route')}, ${countText(counts.hosts, 'host')}`
  out.write(`${verdict}: ${size}, ${describeCounts(countFindings(findings))}\n`)
}
