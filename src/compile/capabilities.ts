/**
 * Where runtimes differ: one table of what each adapter lacks, as data. Checking rules against it,
 * the conformance cases that may be skipped and the page about runtimes all read it from here.
 */

/** The places where rules are served: one adapter each. */
export type RuntimeName = 'node' | 'fetch' | 'worker'

/** Something that rules or requests may need of a runtime. */
export type Capability = keyof typeof CAPABILITIES

/** Every capability, with what a runtime that has it does. */
export const CAPABILITIES = {
  'keep-host': 'endpoints receive the Host that rules say, be it that of the client or a fixed one',
  'ip-endpoint': 'an endpoint may be an IP address',
  'private-name': 'an endpoint may have a name that only a private network resolves',
  'any-port': 'an endpoint may be on any port',
  'service-binding': 'an endpoint may be another Worker of the account',
  'listener-ports': 'each listener is reached on the address and port that the rules give it',
  tls: 'listeners of protocol HTTPS are served',
  'connect-timeout': 'connecting has a time limit of its own',
  'idle-timeout': 'a body that stands still, or outlasts the total time, is given up',
  'connect-outcome': 'a connection that failed is told from a request that was sent',
  'body-outcome': 'the access record says how a body ended and how long it was',
  'raw-target': 'the path is routed and forwarded in the bytes that the client sent',
  'raw-fields': 'fields reach endpoints in the order, the lines and the spelling of the client',
  framing: 'contradictory lengths, codings and chunks are refused, in requests and in responses',
  'protocol-version': 'the version of a request is known, so that HTTP/1.0 is served as such',
  connections:
    'waiting for a request, pipelining and closing after a refusal follow our own limits',
  'body-of-get': 'GET and HEAD may have a body',
  websocket: 'a connection may switch to WebSocket',
  'broken-body': 'a body that breaks off looks broken to the client',
  encodings: 'a compressed body passes as it is, with its fields',
  interim: '103 and other interim responses are passed on',
  trailers: 'trailer fields are passed on, both ways',
  'proxy-protocol': 'the address of the client is read from the PROXY protocol',
  'active-health-checks': 'endpoints are asked whether they are well while no request needs them',
  passthrough: 'TLS connections are forwarded unopened',
} as const

/** What a runtime lacks, each with the reason in words. */
export type Lacks = Readonly<Partial<Record<Capability, string>>>

const NO_TLS_YET = 'postern terminates no TLS yet'
const NO_PROXY_YET = 'postern reads no PROXY protocol yet'
const NO_CHECKS_YET = 'postern checks no endpoints by itself yet'
const NO_PASSTHROUGH_YET = 'postern forwards no TLS connections yet'
const NO_BINDINGS = 'bindings are a thing of Workers'

/** What holds for every runtime whose way out is fetch. */
const FETCH_LACKS = {
  'keep-host': 'fetch sends the host of the URL, whatever Host it is given',
  'connect-timeout': 'fetch does not tell when a connection stands',
  'idle-timeout': 'the runtime passes bodies on by itself',
  'connect-outcome': 'fetch fails with one error for both',
  'body-outcome': 'bodies are handed over unread',
  'raw-target': 'the runtime parses the target as a URL before the rules see it',
  'raw-fields': 'the runtime joins lines of one name and makes names lower-case',
  'protocol-version': 'requests do not tell their version',
  connections: 'they are those of the runtime',
  'body-of-get': 'fetch sends none, so such a request is answered 501',
  interim: 'fetch has no interim responses',
  trailers: 'fetch has no trailers',
  'proxy-protocol': 'connections are accepted by the runtime',
  'active-health-checks': 'nothing runs between requests',
  passthrough: 'connections are accepted by the runtime',
} as const satisfies Lacks

/** The table: what each runtime lacks. What is not named, it has. */
export const LACKS: Readonly<Record<RuntimeName, Lacks>> = {
  node: {
    'service-binding': NO_BINDINGS,
    tls: NO_TLS_YET,
    'proxy-protocol': NO_PROXY_YET,
    'active-health-checks': NO_CHECKS_YET,
    passthrough: NO_PASSTHROUGH_YET,
  },
  fetch: {
    ...FETCH_LACKS,
    'any-port': 'the Fetch standard blocks some ports',
    'service-binding': NO_BINDINGS,
    'listener-ports': 'whoever calls the handler accepts the connections',
    encodings: 'fetch decodes bodies, so the fields that no longer hold are dropped',
    websocket: 'the Fetch standard has no upgrade; a plain request is sent',
    'broken-body': 'a server in front may answer 500 where none of the body had been sent',
  },
  worker: {
    ...FETCH_LACKS,
    'ip-endpoint': 'the platform refuses to fetch from an IP address',
    'private-name': 'the platform resolves public names alone',
    'listener-ports': 'the platform accepts the connections, on ports of its own',
    framing: 'the runtime parses messages, and takes some that others would refuse',
  },
}
