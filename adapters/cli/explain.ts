/** `postern explain`: what would become of a request, and why, without sending anything. */
import { explain as explainRequest, type Explanation } from '../../src/gateway/explain.ts'
import { openBundle } from '../../src/gateway/bundle-reader.ts'
import { link } from '../../src/gateway/link.ts'
import { Runtime } from '../../src/gateway/runtime.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import { loadPatternCompiler } from '../../src/regex/engine.ts'
import { buildHere } from './built-rules.ts'
import { EXIT, type Command } from './command.ts'
import { writeExplanation } from './explanation.ts'
import { writeFindings } from './findings.ts'
import { writeJson } from './json.ts'
import { parseRequest, peerOf, pickSocket, type AskedRequest } from './request-words.ts'
import { RULES_OPTIONS, rulesOptions } from './rules-flags.ts'
import type { Terminal } from './terminal.ts'
import { isMistake, usageMistake } from './usage.ts'

/** The command. */
export const explain: Command = {
  name: 'explain',
  summary: 'Say what would become of a request, and why.',
  usage: '[options] URL',
  options: [
    { name: 'request', short: 'X', value: 'METHOD', text: 'Method. Default GET.' },
    {
      name: 'header',
      short: 'H',
      value: "'NAME: VALUE'",
      repeatable: true,
      text: 'Header field; a Host replaces that of the URL.',
    },
    { name: 'from', value: 'ADDRESS', text: 'Where the connection comes from. Default 127.0.0.1.' },
    { name: 'json', text: 'Print JSON.' },
    ...RULES_OPTIONS,
  ],
  maxArguments: 1,
  about: [
    'Runs the request through the very code that serves it, as far as the first connection, and',
    'shows the verdict, the rule that took it with its place, the client address, what would be',
    'sent, and why the nearest other rules did not take it. Connects to nothing.',
  ].join('\n'),
  examples: [
    { line: 'postern explain http://example.com/api/users', text: 'who takes this path?' },
    {
      line: "postern explain -X POST -H 'x-team: ops' http://example.com/admin",
      text: 'with a method and a header',
    },
    {
      line: 'postern explain --from 203.0.113.7 --json http://example.com/admin',
      text: 'does the policy let this client in? as JSON',
    },
  ],
  async run(call, terminal) {
    const [url] = call.rest
    if (url === undefined) {
      return usageMistake('explain needs a URL', 'write postern explain http://example.com/path')
    }
    const options = rulesOptions(call)
    if (isMistake(options)) return options
    const asked = parseRequest({
      url,
      method: call.value('request'),
      headers: call.values('header'),
      from: call.value('from'),
    })
    if (isMistake(asked)) return asked
    const rules = await buildHere(options, { strict: call.has('strict'), terminal })
    if (rules === undefined) return EXIT.failed
    const explanation = await explainWith(rules.bundle, asked, terminal)
    if (explanation === undefined) return EXIT.failed
    if (call.has('json')) writeJson(explanation, terminal.out)
    else writeExplanation(explanation, { asked, url, out: terminal.out })
    return EXIT.ok
  },
}

async function explainWith(
  bundle: Bundle,
  asked: AskedRequest,
  { err }: Terminal,
): Promise<Explanation | undefined> {
  const opened = openBundle(bundle)
  if (opened.type === 'refused') {
    writeFindings([opened.finding], err)
    return undefined
  }
  const socket = pickSocket(bundle.sockets, asked)
  if (socket === undefined) {
    err.write('postern: the rules have no listener, so no request can reach them\n')
    return undefined
  }
  const runtime = new Runtime({
    now: Date.now,
    monotonic: () => performance.now(),
    // The first of a weighted choice, so that the same question has the same answer.
    random: () => 0,
  })
  const patterns = await loadPatternCompiler()
  return explainRequest(
    asked.head,
    peerOf(asked, socket),
    link(opened.reader, { runtime, patterns }),
  )
}
