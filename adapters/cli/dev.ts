/** `postern dev`: the Worker on this machine. */
import { runDevSession } from './dev-session.ts'
import { EXIT, type Command } from './command.ts'
import { RULES_OPTIONS, rulesOptions } from './rules-flags.ts'
import { isMistake, usageMistake, type UsageMistake } from './usage.ts'

/** The port that wrangler takes too. */
const DEFAULT_PORT = 8787

/** The command. */
export const dev: Command = {
  name: 'dev',
  summary: 'Run the Worker on this machine; edits of rules and code apply by themselves.',
  usage: '[options]',
  options: [
    {
      name: 'port',
      value: 'N',
      text: `Port on 127.0.0.1; 0 lets the system choose. Default ${DEFAULT_PORT}.`,
    },
    ...RULES_OPTIONS,
  ],
  maxArguments: 0,
  about: [
    'Serves the rules by the Worker in workerd, the runtime of Cloudflare Workers. Changed rules go',
    'into the running Worker, changed code into a new one; requests wait for it and none is lost.',
    'Rules that are wrong never replace good ones. SIGHUP reloads; SIGTERM and SIGINT end it.',
  ].join('\n'),
  examples: [
    { line: 'postern dev', text: 'the rules of routes.json on http://127.0.0.1:8787' },
    {
      line: [
        'postern dev -c ingress.yaml --class cilium --port 8081',
        '    --service default/details:9080=http://127.0.0.1:9081',
      ].join(' \\\n'),
      text: 'Ingress objects, with a service on this machine',
    },
  ],
  async run(call, terminal) {
    const port = parsePort(call.value('port'))
    if (isMistake(port)) return port
    const rules = rulesOptions(call)
    if (isMistake(rules)) return rules
    const ended = await runDevSession({ rules, strict: call.has('strict'), port }, terminal)
    return ended ? EXIT.ok : EXIT.failed
  },
}

function parsePort(text: string | undefined): number | UsageMistake {
  if (text === undefined) return DEFAULT_PORT
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  return usageMistake(`--port "${text}" is no port from 0 to 65535`, `write --port ${DEFAULT_PORT}`)
}
