/** Reads once through the fields of a request and notes what the gate decides by. */
import { findKnownField } from '../fields.ts'
import type { RequestHead } from '../head.ts'

/** What was found. Values are those of the first field of the name; counts tell of others. */
export interface NotedFields {
  hosts: number
  host: string | undefined
  contentLength: string | undefined
  transferEncodings: number
  transferEncoding: string | undefined
  expects: number
  expect: string | undefined
  upgrades: number
  upgrade: string | undefined
  maxForwards: string | undefined
  webSocketKey: string | undefined
  webSocketVersion: string | undefined
  /** A `Connection` says more than `close` or `keep-alive`. */
  hasOptions: boolean
  /** Name of the first field that belongs to a connection and so not into HTTP/2. */
  connectionField: string | undefined
  /** Lower-case name of a field that stands twice and may not. */
  repeated: string | undefined
}

/** The fields of the head that the gate decides by. */
export function noteFields({ fields }: RequestHead): NotedFields {
  const noted: NotedFields = {
    hosts: 0,
    host: undefined,
    contentLength: undefined,
    transferEncodings: 0,
    transferEncoding: undefined,
    expects: 0,
    expect: undefined,
    upgrades: 0,
    upgrade: undefined,
    maxForwards: undefined,
    webSocketKey: undefined,
    webSocketVersion: undefined,
    hasOptions: false,
    connectionField: undefined,
    repeated: undefined,
  }
  let seen = 0
  for (let i = 0; i < fields.length; i += 2) {
    const known = findKnownField(fields[i] as string) // the list holds pairs, so both indexes exist
    if (known === undefined || known.twin) continue
    if ((seen & known.singleton) !== 0) noted.repeated ??= known.name
    seen |= known.singleton
    note(noted, known.name, fields[i + 1] as string) // likewise
  }
  return noted
}

function note(noted: NotedFields, name: string, value: string): void {
  switch (name) {
    case 'host':
      noted.host ??= value
      noted.hosts++
      return
    case 'content-length':
      noted.contentLength ??= value
      return
    case 'transfer-encoding':
      noted.transferEncoding ??= value
      noted.transferEncodings++
      noted.connectionField ??= name
      return
    case 'connection':
      noted.hasOptions ||= !isPersistence(value)
      noted.connectionField ??= name
      return
    case 'keep-alive':
    case 'proxy-connection':
      noted.connectionField ??= name
      return
    default:
      noteRare(noted, name, value)
  }
}

function noteRare(noted: NotedFields, name: string, value: string): void {
  switch (name) {
    case 'expect':
      noted.expect ??= value
      noted.expects++
      return
    case 'upgrade':
      noted.upgrade ??= value
      noted.upgrades++
      return
    case 'te':
      // RFC 9113 §8.2.2: the one field of the kind that HTTP/2 has, with this one value.
      if (value.toLowerCase() !== 'trailers') noted.connectionField ??= name
      return
    case 'max-forwards':
      noted.maxForwards ??= value
      return
    case 'sec-websocket-key':
      noted.webSocketKey ??= value
      return
    case 'sec-websocket-version':
      noted.webSocketVersion ??= value
      return
    default:
  }
}

function isPersistence(value: string): boolean {
  if (value === 'keep-alive' || value === 'close') return true
  const folded = value.toLowerCase()
  return folded === 'keep-alive' || folded === 'close'
}
