/** Reads a command's arguments by its table of options. Knows no command. */
import { parseArgs } from 'node:util'
import type { Command, CommandCall, OptionSpec } from './command.ts'
import { isMistake, unknownWord, usageMistake, type UsageMistake } from './usage.ts'

/** The option that every command has. */
export const HELP: OptionSpec = { name: 'help', short: 'h', text: 'Show this text.' }

type Given = Map<string, string[]>

/** How `command` is called by `args`, or what is wrong with them. */
export function parseCall(
  command: Pick<Command, 'options' | 'maxArguments'>,
  args: readonly string[],
): CommandCall | UsageMistake {
  const specs = [...command.options, HELP]
  const options = Object.fromEntries(specs.map((spec) => [spec.name, nodeOption(spec)]))
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    // Its own messages name neither the command nor what would be right.
    strict: false,
    tokens: true,
  })
  const given: Given = new Map()
  const rest: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') rest.push(token.value)
    if (token.kind !== 'option') continue
    const mistake = take(given, specs, token)
    if (isMistake(mistake)) return mistake
  }
  const extra = rest[command.maxArguments]
  // Help is given whatever else was typed: nobody is sent from help to help.
  if (extra !== undefined && !given.has(HELP.name)) {
    return usageMistake(`unexpected argument "${extra}"`, 'put a value with spaces in quotes')
  }
  return createCall(given, rest)
}

function nodeOption({ value, short, repeatable }: OptionSpec): {
  type: 'string' | 'boolean'
  short?: string
  multiple: boolean
} {
  return {
    type: value === undefined ? 'boolean' : 'string',
    ...(short === undefined ? {} : { short }),
    multiple: repeatable === true,
  }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function take(
  given: Given,
  specs: readonly OptionSpec[],
  token: OptionToken,
): UsageMistake | undefined {
  const spec = specs.find(({ name }) => name === token.name)
  if (spec === undefined) {
    const known = specs.map(({ name }) => `--${name}`)
    return unknownWord('option', token.rawName, known)
  }
  const { value } = token
  if (spec.value === undefined) {
    if (value !== undefined) {
      return usageMistake(
        `${token.rawName} takes no value, and "${value}" was given`,
        'leave it out',
      )
    }
    given.set(spec.name, [])
    return undefined
  }
  // `--class --strict`: the value was forgotten, and must not swallow the next option.
  const forgotten = value === undefined || (token.inlineValue !== true && /^-./.test(value))
  if (forgotten || value === '') {
    return usageMistake(`${token.rawName} needs a value`, `write ${token.rawName} ${spec.value}`)
  }
  const values = given.get(spec.name) ?? []
  if (values.length > 0 && spec.repeatable !== true) {
    return usageMistake(`${token.rawName} was given twice`, 'keep one of the two')
  }
  given.set(spec.name, [...values, value])
  return undefined
}

function createCall(given: Given, rest: readonly string[]): CommandCall {
  return {
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
    rest,
  }
}
