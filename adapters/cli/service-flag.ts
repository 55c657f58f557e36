/** Reads `NAMESPACE/NAME[:PORT]=URL`, the value of --service. */
import { parseEndpointOrigin } from '../../src/compile/endpoints.ts'
import type { ServiceOverride } from '../../src/compile/services.ts'
import { usageMistake, type UsageMistake } from './usage.ts'

const FORM = 'write --service default/details:9080=http://127.0.0.1:9001'

/** RFC 1123 labels for namespace and service; the port is a number or a name as in a Service. */
const REFERENCE =
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)\/([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(?::([a-z0-9-]{1,63}))?$/

/** The override that `text` says, or what is wrong with it. */
export function parseServiceFlag(text: string): ServiceOverride | UsageMistake {
  const equals = text.indexOf('=')
  if (equals === -1) return usageMistake(`--service "${text}" has no "="`, FORM)
  const reference = text.slice(0, equals)
  const url = text.slice(equals + 1)
  const [, namespace, , name, , portText] = REFERENCE.exec(reference) ?? []
  if (namespace === undefined || name === undefined) {
    const why = reference.includes('/') ? 'is no NAMESPACE/NAME[:PORT]' : 'has no namespace'
    return usageMistake(`--service "${reference}" ${why}`, FORM)
  }
  const port = parsePort(portText)
  if (port === null) {
    return usageMistake(`--service "${reference}" has a port beyond 1 to 65535`, FORM)
  }
  const origin = parseEndpointOrigin(url, 'operator')
  if (origin.type === 'origin') return { namespace, name, port, url: origin.origin }
  const why =
    origin.type === 'forbidden'
      ? `names a ${origin.what} address, where nothing is ever forwarded`
      : 'is not scheme, host and port of http or https'
  return usageMistake(`--service ${reference}: "${url}" ${why}`, FORM)
}

/** `undefined` without a port, `null` for a number that is no port. */
function parsePort(text: string | undefined): number | string | undefined | null {
  if (text === undefined || !/^\d+$/.test(text)) return text
  const port = Number(text)
  return port >= 1 && port <= 65_535 ? port : null
}
