/** Reads `[ADDR:]PORT`, the value of --http, --https and --admin. */
import type { SocketAddress } from '../../src/compile/listeners.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { usageMistake, type UsageMistake } from './usage.ts'

/**
 * The address and port in `text`: `8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. Port 0
 * lets the system choose. `flag` is the option's name with dashes, for the message.
 */
export function parseSocketFlag(flag: string, text: string): SocketAddress | UsageMistake {
  const mistake = (why: string, remedy = `write ${flag} 8080 or ${flag} 127.0.0.1:8080`) =>
    usageMistake(`${flag} "${text}" ${why}`, remedy)
  const colon = text.lastIndexOf(':')
  const host = colon === -1 ? undefined : text.slice(0, colon)
  if (host !== undefined && host.includes(':') && !/^\[.*\]$/.test(host)) {
    return mistake('has an IPv6 address without brackets', `write ${flag} [::1]:8080`)
  }
  const digits = text.slice(colon + 1)
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN
  if (!(port <= 65_535)) return mistake(`has no port from 0 to 65535`)
  if (host === undefined) return { address: undefined, port }
  const address = parseHost(host)
  if (address === undefined) return mistake(`names "${host}", which is no address of a machine`)
  return { address, port }
}

function parseHost(host: string): string | undefined {
  // The name that everybody types for the loopback address, and no other: a socket is bound to an
  // address, and a name may stand for several.
  if (host === 'localhost') return '127.0.0.1'
  const bracketed = host.startsWith('[')
  const address = parseAddress(bracketed ? host.slice(1, -1) : host)
  return address === undefined || bracketed !== (address.family === 6) ? undefined : address.text
}

/** `127.0.0.1:8080`, `[::1]:8080`, `*:8080` for every address. */
export function formatSocket({ address, port }: SocketAddress): string {
  if (address === undefined) return `*:${port}`
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
