/**
 * Closes every way out of a test but loopback, so that no test depends on, or sends anything to, a
 * machine that is not this one. It covers this process alone, not the programs that a test starts.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { BlockList, isIP, Socket } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')
// Connecting to the unspecified address reaches this machine.
loopback.addAddress('0.0.0.0', 'ipv4')
loopback.addAddress('::', 'ipv6')

const isLoopbackName = (host: string): boolean => /^(?:.+\.)?localhost\.?$/i.test(host)

function refusal(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`tests reach loopback only, not "${host}"`), {
    code: 'ENETUNREACH',
    syscall: 'connect',
    address: host,
  })
}

function isLoopback(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

type Lookup = (
  host: string,
  options: dns.LookupOptions,
  done: (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void,
) => void

/** Resolves names as the caller asked, and refuses an answer that is not loopback. */
function guardedLookup(lookup: Lookup | undefined): Lookup {
  return (host, options, done) => {
    if (lookup === undefined && !isLoopbackName(host)) {
      // Asking the system's resolver is traffic already.
      process.nextTick(done, refusal(host), '', 0)
      return
    }
    const resolve = lookup ?? dns.lookup
    resolve(host, options, (error, address, family) => {
      const addresses = Array.isArray(address) ? address.map((one) => one.address) : [address]
      const outside = error === null ? addresses.find((one) => !isLoopback(one)) : undefined
      if (outside === undefined) done(error, address, family)
      else done(refusal(`${host} (${outside})`), '', 0)
    })
  }
}

interface ConnectOptions {
  readonly path?: string
  readonly host?: string
  readonly lookup?: Lookup
}

const marker = Symbol.for('postern.test.loopback-only')
const patched = globalThis as { [marker]?: true }

if (patched[marker] === undefined) {
  patched[marker] = true

  // net.connect hands `connect` an already normalised argument list, an array in the first place.
  // oxlint-disable-next-line typescript/unbound-method -- applied to the socket below
  const connect = Socket.prototype.connect as (...args: unknown[]) => Socket
  Socket.prototype.connect = function guardedConnect(this: Socket, ...args: unknown[]): Socket {
    const list = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
    const first = list[0]
    if (typeof first === 'object' && first !== null) {
      const options = first as ConnectOptions
      const host = options.host ?? 'localhost'
      if (options.path === undefined && isIP(host) === 0) {
        list[0] = { ...options, lookup: guardedLookup(options.lookup) }
      } else if (options.path === undefined && !isLoopback(host)) {
        return this.destroy(refusal(host))
      }
    } else if (typeof first === 'number') {
      const host = typeof list[1] === 'string' ? list[1] : 'localhost'
      if (!isLoopback(host) && !isLoopbackName(host)) return this.destroy(refusal(host))
    }
    return connect.apply(this, args)
  }

  // oxlint-disable-next-line typescript/unbound-method -- applied to the socket below
  const send = dgram.Socket.prototype.send as (...args: unknown[]) => void
  dgram.Socket.prototype.send = function guardedSend(this: dgram.Socket, ...args: unknown[]): void {
    const host = args.find((value, index) => index > 0 && typeof value === 'string')
    if (typeof host === 'string' && !isLoopback(host) && !isLoopbackName(host)) throw refusal(host)
    send.apply(this, args)
  }
}
