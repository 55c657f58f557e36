/** The fields that a request enters the Worker with: those of the client, but for what is ours. */

/**
 * Fields that the client's are dropped of. In production the edge writes them, so whatever a client
 * sends under these names must not arrive here either.
 */
const OWNED: ReadonlySet<string> = new Set([
  // The client's address, which the Worker believes.
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  // The Worker's `request.cf`, as miniflare hands it over.
  'mf-cf-blob',
])

/** Fields of one connection that the next one has anew. */
const OWN_CONNECTION: ReadonlySet<string> = new Set([
  // The front has met it already.
  'expect',
  'keep-alive',
  'proxy-connection',
])

/**
 * `fields`, a flat list of names and values as received, with the address of the connection in
 * `CF-Connecting-IP`. `Connection` stays: what it nominates is for the Worker to remove.
 */
export function workerFields(fields: readonly string[], address: string | undefined): string[] {
  const written: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs
    const key = name.toLowerCase()
    if (OWNED.has(key) || OWN_CONNECTION.has(key)) continue
    written.push(name, fields[i + 1] as string) // likewise
  }
  if (address !== undefined) written.push('CF-Connecting-IP', plainAddress(address))
  return written
}

/** Fields of a response that are the connection's own, where node:http writes others. */
const OWN_RESPONSE: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/** The fields that an answer of the Worker leaves with; framing is written anew. */
export function clientFields(fields: readonly string[]): string[] {
  const written: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs
    if (!OWN_RESPONSE.has(name.toLowerCase())) written.push(name, fields[i + 1] as string) // likewise
  }
  return written
}

/** A socket for both families reports IPv4 addresses as IPv4-mapped ones; the edge does not. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
