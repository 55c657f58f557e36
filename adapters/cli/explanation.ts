/** An explanation as people read it. */
import type { Explanation, ShownRoute } from '../../src/gateway/explain.ts'
import { showText } from '../../src/documents/shown-text.ts'
import type { AskedRequest } from './request-words.ts'
import type { Output, Style } from './terminal.ts'

/** What it is an explanation of, and where to write. */
export interface ExplanationContext {
  readonly asked: AskedRequest
  /** As typed. */
  readonly url: string
  readonly out: Output
}

/** Writes the verdict, what it rests on, and the nearest other routes. */
export function writeExplanation(
  explanation: Explanation,
  { asked, url, out }: ExplanationContext,
): void {
  const { head } = asked
  out.write(`${out.style('bold', `${head.method} ${showText(url)}`)}\n\n`)
  const style: Style = explanation.verdict === 'refuse' ? 'red' : 'green'
  out.write(`${out.style(style, verdictText(explanation))}\n`)
  for (const [name, value] of facts(explanation)) {
    if (value === undefined) continue
    out.write(`  ${out.style('dim', name.padEnd(9))} ${showText(value, 500)}\n`)
  }
  const { others } = explanation
  if (others.length === 0) return
  out.write('\nNot taken by:\n')
  for (const { route, why } of others) {
    out.write(`  ${routeText(route)}\n    ${out.style('dim', showText(why, 500))}\n`)
  }
}

function verdictText({ verdict, endpoint, status, location, reason }: Explanation): string {
  switch (verdict) {
    case 'forward':
      return `Forwarded to ${endpoint}`
    case 'redirect':
      return `Answered with ${status}, a redirect to ${showText(location ?? '', 500)}`
    case 'refuse':
      return `Answered with ${status} ${reason}`
    case 'answer':
      return `Answered with ${status} by postern itself`
    default:
      return verdict satisfies never
  }
}

function facts(explanation: Explanation): readonly (readonly [string, string | undefined])[] {
  const { route, backend, listener, client, sent, detail, reason } = explanation
  return [
    ['because', detail],
    ['route', route === undefined ? undefined : `${route.name}, ${route.source}`],
    ['match', route === undefined ? undefined : `host ${route.host}, path ${route.path}`],
    ['', reason === 'default_backend' ? 'no rule took it: the default backend does' : undefined],
    ['backend', backend],
    ['listener', listener],
    ['client', client ?? 'no address'],
    ['sent', sent === undefined ? undefined : `${sent.method} ${sent.target}, Host ${sent.host}`],
  ]
}

function routeText({ host, path, name, source }: ShownRoute): string {
  return showText(`host ${host}, path ${path} (${name}, ${source})`, 500)
}
