/**
 * Addresses that objects give as backends. Whoever may write objects need not have the run of the
 * machine that postern stands on, so loopback, link-local and metadata addresses are refused here;
 * the connection checks the address once more, since a name may resolve to anything.
 */
import { parseHostPattern } from '../../canonical/host.ts'
import { parseAddress } from '../../ip/address.ts'
import { classifyEndpointAddress } from '../../ip/endpoint-address.ts'
import { readText, reject } from './reader.ts'
import type { Field } from './reader.ts'

/** Names that are known to lead where no backend is. */
const FORBIDDEN_NAME = /^(localhost|(.+\.)?localhost|metadata\.google\.internal)$/

/**
 * The address in a field in canonical text; `undefined` where it is absent, is none or of another
 * family (`invalid-address`), or may not be connected to (`forbidden-address`). Without `family`
 * both will do.
 */
export function readEndpointAddress(
  field: Field,
  family: 'IPv4' | 'IPv6' | undefined,
): string | undefined {
  const text = readText(field)
  // `None` is how a Service without address says so.
  if (text === undefined || text === 'None') return undefined
  const address = parseAddress(text)
  if (address === undefined || (family !== undefined && family !== `IPv${address.family}`)) {
    reject(field, {
      code: 'invalid-address',
      text: `is not an ${family ?? 'IP'} address`,
      remedy: `give an ${family ?? 'IP'} address without port`,
    })
    return undefined
  }
  const kind = classifyEndpointAddress(address)
  if (kind === 'ok') return address.text
  rejectForbidden(field, `is of class ${kind}`)
  return undefined
}

/** The DNS name in a field in canonical form; otherwise as `readEndpointAddress`. */
export function readEndpointName(field: Field): string | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  const pattern = parseHostPattern(text, 'one', false)
  if (pattern?.type !== 'exact') {
    reject(field, {
      code: 'invalid-address',
      text: 'is not a DNS name',
      remedy: 'give a DNS name without port',
    })
    return undefined
  }
  if (!FORBIDDEN_NAME.test(pattern.name)) return pattern.name
  rejectForbidden(field, 'leads to this machine or to its metadata service')
  return undefined
}

function rejectForbidden(field: Field, text: string): void {
  reject(field, {
    code: 'forbidden-address',
    text: `${text}, which no object may send requests to`,
    remedy: 'name such a backend in routes.json or with --service, which only operators write',
  })
}
