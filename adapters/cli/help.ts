/** The texts of help, made from the commands themselves so that neither can leave the other behind. */
import { HELP } from './arguments.ts'
import type { Command, OptionSpec } from './command.ts'
import type { Output } from './terminal.ts'

/** Help for `postern` as a whole. */
export function writeOverview(commands: readonly Command[], out: Output): void {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const list = commands.map(
    ({ name, summary }) => `  ${out.style('bold', name.padEnd(width))}  ${summary}`,
  )
  out.write(
    [
      'postern takes one set of rules, as Kubernetes Ingress and Gateway API objects or routes.json,',
      'and serves HTTP by them.',
      '',
      'Usage: postern COMMAND [options]',
      '',
      ...list,
      '',
      'Try:',
      '  postern check                               what is wrong with routes.json, and where',
      '  postern explain http://localhost:8080/api   which rule takes a request, and why',
      '  postern serve --http 127.0.0.1:8080         serve the rules; edits apply by themselves',
      '',
      '"postern help COMMAND" tells more of one; "postern --version" its version.',
      '',
    ].join('\n'),
  )
}

/** Help for one command. */
export function writeCommandHelp(command: Command, out: Output): void {
  const options = [...command.options, HELP].map((spec) => [optionWords(spec), spec.text] as const)
  const width = Math.max(...options.map(([words]) => words.length))
  const lines = [
    `Usage: postern ${command.name} ${command.usage}`,
    '',
    command.about,
    '',
    'Options:',
    ...options.map(([words, text]) => `  ${out.style('bold', words.padEnd(width))}  ${text}`),
    '',
    'Examples:',
    ...command.examples.flatMap(({ line, text }) => [
      `  ${out.style('dim', `# ${text}`)}`,
      `  ${line}`,
    ]),
    '',
  ]
  out.write(lines.join('\n'))
}

function optionWords({ name, short, value, repeatable }: OptionSpec): string {
  const dashes = short === undefined ? `    --${name}` : `-${short}, --${name}`
  const operand = value === undefined ? '' : ` ${value}`
  return `${dashes}${operand}${repeatable === true ? ' …' : ''}`
}
