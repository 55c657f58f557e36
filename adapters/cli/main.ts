/** The command line: finds the command, hands it its arguments, and turns its end into an exit code. */
import { readFileSync } from 'node:fs'
import { parseCall } from './arguments.ts'
import { build } from './build.ts'
import { check } from './check.ts'
import { EXIT, type Command } from './command.ts'
import { dev } from './dev.ts'
import { explain } from './explain.ts'
import { describeFault } from './fault.ts'
import { get } from './get.ts'
import { writeCommandHelp, writeOverview } from './help.ts'
import { serve } from './serve.ts'
import { status } from './status.ts'
import { processTerminal, type Terminal } from './terminal.ts'
import { isMistake, unknownWord, type UsageMistake } from './usage.ts'

const COMMANDS: readonly Command[] = [serve, dev, check, explain, get, status, build]

/**
 * Runs the command line with this process's streams and signals; `args` are without program and
 * script. Gives the exit code: 0, 1 when the rules are wrong or something could not be done, 2 when
 * it was called wrongly.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { terminal, failure } = processTerminal()
  const code = await runCommandLine(args, terminal)
  return failure.failed && code === EXIT.ok ? EXIT.failed : code
}

/** The same with any terminal. Never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  try {
    if (name === '--version' || name === '-V') return writeVersion(terminal)
    if (name === undefined || name === '--help' || name === '-h') {
      writeOverview(COMMANDS, name === undefined ? terminal.err : terminal.out)
      return name === undefined ? EXIT.usage : EXIT.ok
    }
    if (name === 'help') return help(rest[0], terminal)
    const command = COMMANDS.find((one) => one.name === name)
    if (command === undefined) return refuse(unknownCommand(name), undefined, terminal)
    return await runCommand(command, rest, terminal)
  } catch (error) {
    terminal.err.write(`${describeFault(error, terminal.env)}\n`)
    return EXIT.failed
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const call = parseCall(command, args)
  if (isMistake(call)) return refuse(call, command, terminal)
  if (call.has('help')) return help(command.name, terminal)
  const result = await command.run(call, terminal)
  return isMistake(result) ? refuse(result, command, terminal) : result
}

function help(name: string | undefined, terminal: Terminal): number {
  if (name === undefined) {
    writeOverview(COMMANDS, terminal.out)
    return EXIT.ok
  }
  const command = COMMANDS.find((one) => one.name === name)
  if (command === undefined) return refuse(unknownCommand(name), undefined, terminal)
  writeCommandHelp(command, terminal.out)
  return EXIT.ok
}

function unknownCommand(name: string): UsageMistake {
  const kind = name.startsWith('-') ? 'option' : 'command'
  return unknownWord(
    kind,
    name,
    kind === 'option' ? ['--help', '--version'] : [...COMMANDS.map((one) => one.name), 'help'],
  )
}

function refuse(mistake: UsageMistake, command: Command | undefined, { err }: Terminal): number {
  const where = command === undefined ? 'postern' : `postern ${command.name}`
  const more = command === undefined ? 'postern help' : `postern help ${command.name}`
  err.write(`${where}: ${mistake.message}; ${mistake.remedy}\n("${more}" shows what there is)\n`)
  return EXIT.usage
}

function writeVersion({ out }: Terminal): number {
  // Two folders up from the source, three from the built package.
  const places = ['../../package.json', '../../../package.json']
  for (const place of places) {
    const version = readVersion(new URL(place, import.meta.url))
    if (version === undefined) continue
    out.write(`postern ${version}\n`)
    return EXIT.ok
  }
  throw new Error('package.json is missing')
}

function readVersion(url: URL): string | undefined {
  try {
    // Our own file, or that of nobody: only these two fields are looked at.
    const text = JSON.parse(readFileSync(url, 'utf8')) as { name?: unknown; version?: unknown }
    return text.name === 'postern' && typeof text.version === 'string' ? text.version : undefined
  } catch {
    // Not there: the other place has it.
    return undefined
  }
}
