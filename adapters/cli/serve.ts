/** `postern serve`: the router. */
import type { SocketAddress, SocketOptions } from '../../src/compile/listeners.ts'
import { stateFolder } from '../rules/state.ts'
import { EXIT, type Command, type CommandCall } from './command.ts'
import { RULES_OPTIONS, rulesOptions } from './rules-flags.ts'
import { runService } from './service.ts'
import { parseSocketFlag } from './socket-flag.ts'
import { isMistake, usageMistake, type UsageMistake } from './usage.ts'

/** The command. */
export const serve: Command = {
  name: 'serve',
  summary: 'Serve HTTP by the rules; edits apply by themselves.',
  usage: '[options]',
  options: [
    {
      name: 'http',
      value: '[ADDR:]PORT',
      repeatable: true,
      text: "Serve HTTP here, in place of the rules' own listeners.",
    },
    {
      name: 'https',
      value: '[ADDR:]PORT',
      repeatable: true,
      text: 'Not available yet: postern terminates no TLS.',
    },
    {
      name: 'admin',
      value: '[ADDR:]PORT',
      text: 'Answer /livez, /readyz, /status and /metrics here; a port alone is on loopback.',
    },
    { name: 'workers', value: 'N', text: 'Processes that serve. Only 1 is available yet.' },
    { name: 'state', value: 'DIR', text: 'Where the last good rules are kept.' },
    {
      name: 'access-log',
      value: 'FILE|-|off',
      text: 'Where access records go, as JSON lines. Default -, standard output.',
    },
    ...RULES_OPTIONS,
  ],
  maxArguments: 0,
  about: [
    'Serves until SIGTERM or SIGINT, which let requests end first; a second SIGINT does not wait.',
    'SIGHUP reloads the rules and opens the access log anew. Rules that are wrong never replace',
    'good ones: the old ones go on serving, and what is wrong is told on standard error.',
  ].join('\n'),
  examples: [
    { line: 'postern serve', text: 'the rules of routes.json on their own listeners' },
    {
      line: 'postern serve -c rules/ --http 127.0.0.1:8080 --admin 9901',
      text: 'a folder, with an admin listener',
    },
    {
      line: [
        'postern serve -c ingress.yaml --class cilium --http 8080',
        '    --service default/details:9080=http://127.0.0.1:9081',
      ].join(' \\\n'),
      text: 'Ingress objects outside of a cluster',
    },
  ],
  async run(call, terminal) {
    const missing = notAvailable(call)
    if (missing !== undefined) return missing
    const sockets = socketOptions(call)
    if (isMistake(sockets)) return sockets
    const rules = rulesOptions(call, sockets)
    if (isMistake(rules)) return rules
    const given = call.value('admin')
    const admin = given === undefined ? undefined : parseSocketFlag('--admin', given)
    if (isMistake(admin)) return admin
    const ended = await runService(
      {
        rules,
        strict: call.has('strict'),
        admin,
        stateFolder: stateFolder(call.value('state'), terminal.env),
        accessLog: call.value('access-log') ?? '-',
      },
      terminal,
    )
    return ended ? EXIT.ok : EXIT.failed
  },
}

/** What the contract of the command line names and this version cannot do is never passed over. */
function notAvailable(call: CommandCall): UsageMistake | undefined {
  if (call.value('https') !== undefined) {
    return usageMistake(
      '--https is not available yet: postern terminates no TLS',
      'serve --http behind something that terminates TLS',
    )
  }
  const workers = call.value('workers')
  if (workers === undefined || workers === '1') return undefined
  return /^[1-9]\d{0,3}$/.test(workers)
    ? usageMistake(
        `--workers ${workers} is not available yet`,
        'leave it out, or write --workers 1',
      )
    : usageMistake(`--workers "${workers}" is no number of processes`, 'write --workers 1')
}

function socketOptions(call: CommandCall): SocketOptions | undefined | UsageMistake {
  const http: SocketAddress[] = []
  for (const text of call.values('http')) {
    const address = parseSocketFlag('--http', text)
    if (isMistake(address)) return address
    http.push(address)
  }
  return http.length === 0 ? undefined : { http, https: [] }
}
