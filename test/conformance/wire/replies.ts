/** What endpoints answer: as the case scripts it, or by their paths. */
import type { LateBytes, UpstreamScript } from '../case.ts'
import type { Message } from './reader.ts'

/** An answer. */
export type Reply =
  | {
      readonly type: 'bytes'
      readonly afterMs: number
      readonly bytes: string
      readonly afterwards: 'keep' | 'fin' | 'rst' | LateBytes
    }
  | { readonly type: 'never' }

/** How long `/slow` takes; long enough that a client's next bytes come first. */
const SLOW_MS = 100

const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
const UPGRADE_REQUIRED = 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n'

/** Whether the answer does not wait for the body. */
export function isEarly(message: Message, script: UpstreamScript | undefined): boolean {
  if (script !== undefined) return script.bytes.startsWith('HTTP/1.1 413 ')
  return targetOf(message).startsWith('/early-413')
}

/** The answer to `message`. */
export function answerOf(
  message: Message,
  script: UpstreamScript | undefined,
  sets: readonly (readonly [string, string])[],
): Reply {
  if (script !== undefined) return scripted(script)
  const target = targetOf(message)
  if (target.startsWith('/hang')) return { type: 'never' }
  if (target.startsWith('/early-413')) return reply(TOO_LARGE, 'fin')
  if (target.startsWith('/ws-426')) return reply(UPGRADE_REQUIRED, 'keep')
  const afterMs = target.startsWith('/slow') ? SLOW_MS : 0
  return { type: 'bytes', afterMs, bytes: echo(message, sets), afterwards: 'keep' }
}

function scripted({ bytes, afterwards }: UpstreamScript): Reply {
  if (afterwards === 'hang' || afterwards === 'blackhole') return { type: 'never' }
  return reply(bytes, afterwards)
}

function reply(bytes: string, afterwards: 'keep' | 'fin' | 'rst' | LateBytes): Reply {
  return { type: 'bytes', afterMs: 0, bytes, afterwards }
}

function echo({ startLine }: Message, sets: readonly (readonly [string, string])[]): string {
  const body = `${startLine}\n`
  const fields = sets.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n`
  return startLine.startsWith('HEAD ') ? head : head + body
}

function targetOf({ startLine }: Message): string {
  return startLine.split(' ')[1] ?? ''
}
