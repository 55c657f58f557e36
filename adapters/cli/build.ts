/** `postern build`: writes the Bundle that a runtime links. */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorText } from '../rules/system-error.ts'
import { buildHere } from './built-rules.ts'
import { EXIT, type Command } from './command.ts'
import { countText } from './findings.ts'
import { RULES_OPTIONS, rulesOptions } from './rules-flags.ts'
import type { Terminal } from './terminal.ts'
import { parseTarget } from './target-flag.ts'
import { isMistake, usageMistake } from './usage.ts'

/** The command. */
export const build: Command = {
  name: 'build',
  summary: 'Compile rules into the Bundle that a Worker links.',
  usage: '--target worker|node [-o FILE] [options]',
  options: [
    { name: 'target', value: 'worker|node', text: 'What will link it. Required.' },
    { name: 'output', short: 'o', value: 'FILE|-', text: 'Where to write. Default -.' },
    ...RULES_OPTIONS,
  ],
  maxArguments: 0,
  about: [
    'Writes the compiled rules as JSON: the same rules give the same bytes. A file is replaced as a',
    'whole or not at all; refused rules leave it as it was. What the target cannot honour is a warning.',
  ].join('\n'),
  examples: [
    {
      line: 'postern build --target worker -o adapters/cloudflare/bundle.generated.json',
      text: "what wrangler.toml's build command runs",
    },
    { line: 'postern build --target node -c rules/', text: 'onto standard output' },
  ],
  async run(call, terminal) {
    const target = parseTarget(call.value('target'))
    if (isMistake(target)) return target
    if (target === undefined) {
      return usageMistake('build needs --target', 'write --target worker or --target node')
    }
    const options = rulesOptions(call)
    if (isMistake(options)) return options
    const rules = await buildHere(options, { strict: call.has('strict'), target, terminal })
    if (rules === undefined) return EXIT.failed
    const text = `${JSON.stringify(rules.bundle)}\n`
    const path = call.value('output') ?? '-'
    if (path === '-') {
      terminal.out.write(text)
      return EXIT.ok
    }
    if (!(await replaceFile(path, text, terminal))) return EXIT.failed
    const { routes, hosts } = rules.counts
    const size = `${countText(routes, 'route')}, ${countText(hosts, 'host')}`
    terminal.err.write(`${path}: ${size}, ${text.length} bytes\n`)
    return EXIT.ok
  },
}

/** Whoever watches the file sees the old or the new one, never a part. */
async function replaceFile(path: string, text: string, { err }: Terminal): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path)
    return true
  } catch (error) {
    await rm(temporary, { force: true })
    err.write(`postern: "${path}" cannot be written: ${systemErrorText(error)}\n`)
    return false
  }
}
