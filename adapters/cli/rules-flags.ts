/** The options that every command with rules takes, and what they say together. */
import type { SocketOptions } from '../../src/compile/listeners.ts'
import type { ServiceOverride } from '../../src/compile/services.ts'
import type { RulesOptions } from '../rules/options.ts'
import type { CommandCall, OptionSpec } from './command.ts'
import { parseServiceFlag } from './service-flag.ts'
import { isMistake, type UsageMistake } from './usage.ts'

/** Options of every command that reads rules. */
export const RULES_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'config',
    short: 'c',
    value: 'FILE|DIR|-',
    repeatable: true,
    text: 'Rules to read; - is standard input. Default routes.json.',
  },
  {
    name: 'service',
    value: 'NAMESPACE/NAME[:PORT]=URL',
    repeatable: true,
    text: 'Endpoint of a Kubernetes service.',
  },
  { name: 'class', value: 'NAME', text: 'Class whose objects are served. Default postern.' },
  { name: 'strict', text: 'Count warnings as errors.' },
]

/** The rules that `call` names; `sockets` are those of the command line, where it takes any. */
export function rulesOptions(
  call: CommandCall,
  sockets?: SocketOptions,
): RulesOptions | UsageMistake {
  const services: ServiceOverride[] = []
  for (const text of call.values('service')) {
    const service = parseServiceFlag(text)
    if (isMistake(service)) return service
    services.push(service)
  }
  const sources = call.values('config')
  return {
    sources: sources.length === 0 ? ['routes.json'] : sources,
    className: call.value('class') ?? 'postern',
    services,
    sockets,
  }
}
