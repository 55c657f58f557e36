/** Reads URLs of endpoints: an origin or a binding and nothing else, in one spelling. */
import { classifyEndpointAddress, isConnectable } from '../../ip/endpoint-address.ts'
import type { EndpointAddressClass } from '../../ip/endpoint-address.ts'
import { parseHostAddress } from '../../ip/host-address.ts'
import { BINDING_SCHEME, parseBinding } from '../../model/binding.ts'

/** An origin (`http://127.0.0.1:9001`) or `binding:NAME`, or what is wrong with the text and what would be right. */
export type EndpointUrl =
  | { readonly type: 'origin'; readonly origin: string }
  | {
      readonly type: 'fault'
      readonly code: 'invalid-url' | 'forbidden-address'
      readonly text: string
      readonly remedy: string
      /** Whether the text holds credentials, so that it must not be quoted. */
      readonly confidential: boolean
    }

/** Scheme and authority, and what follows. WHATWG URL would also take `http:a` and `http:\\a`. */
const FORM = /^(https?):\/\/([^/?#]*)(.*)$/i

/** What URL parsers remove or turn into something else before they look. */
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const REWRITTEN = /[\u0000-\u0020\\\u007f]/

const ADDRESS_FAULTS: Readonly<Record<EndpointAddressClass, string>> = {
  ok: '',
  loopback: '',
  unspecified: 'names no machine',
  'link-local': 'is a link-local address, where clouds keep credentials',
  metadata: 'is an address where a cloud serves its metadata and credentials',
  multicast: 'is a multicast address',
  reserved: 'is a reserved address',
}

/**
 * The origin that `text` spells: http or https, host and port, the host as WHATWG URL canonicalises
 * it, so that `http://0x7f.1` and `http://2852039166` are seen for the addresses they are. Loopback
 * and private addresses are allowed, since whoever writes the file runs the machine; link-local,
 * metadata and other special ones are not. Names are judged when they have been resolved.
 * `binding:NAME` is a service that the runtime has under this name, such as a Worker's.
 */
export function parseEndpointUrl(text: string): EndpointUrl {
  if (text.startsWith(BINDING_SCHEME)) return parseBindingUrl(text)
  const [, scheme, authority = '', rest = ''] = FORM.exec(text) ?? []
  if (scheme === undefined) {
    return fault('is not an http or https URL', 'write it as http://127.0.0.1:9000')
  }
  if (authority.includes('@')) {
    const remedy = 'remove the user and password; set Authorization with a RequestHeaderModifier'
    return { ...fault('has a user in it', remedy), confidential: true }
  }
  if (REWRITTEN.test(text)) {
    return fault('has a blank, a backslash or a control character', 'remove it')
  }
  if (rest !== '' && rest !== '/') return pathFault(rest)
  const url = URL.parse(`${scheme}://${authority}`)
  if (url === null || url.hostname === '' || url.port === '0' || authority.endsWith(':')) {
    return fault('has a host or port that is none', 'write it as http://127.0.0.1:9000')
  }
  const address = parseHostAddress(url.hostname)
  const found = address === undefined ? 'ok' : classifyEndpointAddress(address)
  if (isConnectable(found)) return { type: 'origin', origin: url.origin }
  return {
    ...fault(ADDRESS_FAULTS[found], 'name the address that the endpoint itself listens on'),
    code: 'forbidden-address',
  }
}

function parseBindingUrl(text: string): EndpointUrl {
  if (parseBinding(text) !== undefined) return { type: 'origin', origin: text }
  const remedy = 'write the name as the Worker has it, such as binding:API'
  return fault('names no binding: letters, digits and _ make a name', remedy)
}

function pathFault(rest: string): EndpointUrl {
  if (rest.includes('?') || rest.includes('#')) {
    return fault('has a query or a fragment', 'end the URL behind the port')
  }
  const remedy = 'end the URL behind the port; change paths with a URLRewrite filter'
  return fault('has a path', remedy)
}

function fault(text: string, remedy: string): EndpointUrl & { readonly type: 'fault' } {
  return { type: 'fault', code: 'invalid-url', text, remedy, confidential: false }
}
