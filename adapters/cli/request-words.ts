/**
 * Turns a URL and header lines as typed into the head and peer that a server would have seen. The
 * path goes to the gate as it was typed: `new URL` would tidy up the very forms that are asked about.
 */
import type { SocketEntry } from '../../src/model/bundle.ts'
import { fieldValue, type Peer, type RequestHead } from '../../src/head.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { usageMistake, type UsageMistake } from './usage.ts'

/** The request that was asked about. */
export interface AskedRequest {
  readonly head: RequestHead
  readonly scheme: 'http' | 'https'
  /** Port in the URL, or the scheme's own. */
  readonly port: number
  /** Address that the connection comes from. */
  readonly from: string
}

/** A request as typed. */
export interface RequestWords {
  readonly url: string
  readonly method: string | undefined
  /** `name: value`, each. */
  readonly headers: readonly string[]
  readonly from: string | undefined
}

const URL_FORM = /^(https?):\/\/([^/?#\\]*)(.*)$/is
const PORT = /:(\d{1,5})$/

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** The request that `words` describe. */
export function parseRequest(words: RequestWords): AskedRequest | UsageMistake {
  const parts = URL_FORM.exec(words.url)
  const [, scheme = '', authority = '', rest = ''] = parts ?? []
  if (parts === null || authority === '') {
    return usageMistake(
      `"${words.url}" is no http or https URL`,
      'write it whole, such as http://example.com/path, in quotes',
    )
  }
  const from = words.from ?? '127.0.0.1'
  if (parseAddress(from) === undefined) {
    return usageMistake(`--from "${from}" is no IP address`, 'write --from 203.0.113.7')
  }
  const fields: string[] = []
  for (const line of words.headers) {
    const mistake = addField(fields, line)
    if (mistake !== undefined) return mistake
  }
  if (fieldValue(fields, 'host') === undefined) fields.unshift('Host', latin1(authority))
  const secure = scheme.toLowerCase() === 'https'
  const port = PORT.exec(authority)?.[1]
  return {
    head: {
      method: words.method ?? 'GET',
      target: latin1(rest.startsWith('/') ? rest : `/${rest}`),
      version: '1.1',
      fields,
      authority: undefined,
      bodyLength: 0,
    },
    scheme: secure ? 'https' : 'http',
    port: port === undefined ? (secure ? 443 : 80) : Number(port),
    from,
  }
}

/**
 * The socket that the request would reach: the one that listens on its port, else the first of its
 * scheme, else the first; `undefined` when the rules have none.
 */
export function pickSocket(
  sockets: readonly SocketEntry[],
  { scheme, port }: AskedRequest,
): SocketEntry | undefined {
  const protocol = scheme === 'https' ? 'HTTPS' : 'HTTP'
  const same = sockets.filter((socket) => socket.protocol === protocol)
  return same.find((socket) => socket.port === port) ?? same[0] ?? sockets[0]
}

/** The facts of a connection to `socket`. */
export function peerOf({ head, from }: AskedRequest, socket: SocketEntry): Peer {
  const host = fieldValue(head.fields, 'host') ?? ''
  return {
    address: from,
    port: 0,
    localPort: socket.port,
    socket: socket.key,
    tls:
      socket.protocol === 'HTTPS'
        ? { serverName: host.replace(PORT, ''), alpn: 'http/1.1' }
        : undefined,
  }
}

function addField(fields: string[], line: string): UsageMistake | undefined {
  const colon = line.indexOf(':')
  const name = line.slice(0, colon)
  if (colon === -1 || !TOKEN.test(name)) {
    return usageMistake(`-H "${line}" is no header`, "write -H 'name: value'")
  }
  fields.push(name, latin1(line.slice(colon + 1).trim()))
  return undefined
}

/** As the bytes would arrive: one character for each byte of UTF-8. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
