/**
 * Message heads and socket facts as an adapter gives them: raw, in order, undecoded.
 * Nothing here interprets; the gate does.
 */

/**
 * Header fields as a flat list: name, value, name, value …, in order of arrival and with the
 * sender's spelling. Values are latin1: one character for each byte on the wire.
 */
export type Fields = readonly string[]

/** The protocol version a message came in. */
export type HttpVersion = '1.0' | '1.1' | '2'

/** Head of a request. Field values, target and authority are latin1, exactly as received. */
export interface RequestHead {
  /** As received, case kept: `GET`, `patch`. */
  readonly method: string
  /** Request target as received: `/a?b`, `http://host/a`, `*`; for HTTP/2 the `:path`. */
  readonly target: string
  readonly version: HttpVersion
  /** Without pseudo header fields. */
  readonly fields: Fields
  /** The `:authority` of HTTP/2, the URL's host on Workers; `undefined` for HTTP/1. */
  readonly authority: string | undefined
  /** Body length in bytes; 0 when there is none, -1 when it is not known beforehand. */
  readonly bodyLength: number
}

/** Head of a response. */
export interface ResponseHead {
  /** 100 to 599. */
  readonly status: number
  /** Reason phrase as received; empty when the protocol has none. */
  readonly reason: string
  readonly fields: Fields
}

/** What TLS told about the client's connection. */
export interface PeerTls {
  /** Server name of the ClientHello as sent; `undefined` when the client sent none. */
  readonly serverName: string | undefined
  /** Negotiated protocol, `h2` or `http/1.1`; `undefined` without ALPN. */
  readonly alpn: string | undefined
}

/** Socket facts, and nothing that a header could have said. */
export interface Peer {
  /** Textual IP address of the other end; `undefined` for a socket that has none (Unix socket). */
  readonly address: string | undefined
  /** Port of the other end; 0 when unknown. */
  readonly port: number
  /** Port the connection was accepted on, as the client sees it; 0 when unknown. */
  readonly localPort: number
  /** Which socket of the snapshot took the connection: the key of its `SocketEntry`. */
  readonly socket: string
  /** `undefined` on a plaintext connection. */
  readonly tls: PeerTls | undefined
}

/** Why an adapter could not make a head out of what came in; the core writes the answer. */
export interface ParseFailure {
  readonly type: 'parse-failure'
  /** Decides the status: 400, 408, 414, 431, 505 and the like. */
  readonly reason:
    | 'malformed_request'
    | 'invalid_framing'
    | 'request_timeout'
    | 'target_too_long'
    | 'head_too_large'
    | 'version_not_supported'
    | 'transfer_coding_not_implemented'
  /** What is wrong, for the log: `bare line feed at byte 17`. */
  readonly detail: string
}

/**
 * Value of the first field named `name` (lower-case), or `undefined`.
 * Compares lengths first, so a miss costs a few integer comparisons a field.
 */
export function fieldValue(fields: Fields, name: string): string | undefined {
  for (let i = 0; i < fields.length; i += 2) {
    const candidate = fields[i] as string // the list holds pairs, so both indexes exist
    if (candidate.length !== name.length) continue
    if (candidate === name || candidate.toLowerCase() === name) return fields[i + 1]
  }
  return undefined
}

/** Values of all fields named `name` (lower-case), in order; empty when there is none. */
export function fieldValues(fields: Fields, name: string): string[] {
  const values: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const candidate = fields[i] as string // the list holds pairs, so both indexes exist
    if (candidate.length === name.length && candidate.toLowerCase() === name) {
      values.push(fields[i + 1] as string) // likewise
    }
  }
  return values
}
