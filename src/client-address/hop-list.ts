/**
 * The addresses that proxies left in a list field, read from the right: each proxy appends the
 * address it was connected from, so the last element is the newest and the best known.
 */
import type { Fields } from '../head.ts'
import type { IpAddress } from '../ip/address.ts'
import { parseHostAddress } from '../ip/host-address.ts'
import { parseForwarded, parseForwardedNode } from './forwarded.ts'
import { trimBlanks } from './sole-value.ts'

/**
 * A place in such a list. Starts behind the last element; nothing is parsed before it is reached,
 * so the part that a client may have written costs nothing.
 */
export interface HopList {
  /** The element last moved to; `undefined` where it is no address. */
  readonly address: IpAddress | undefined
  /** Moves one element to the left; `false` when there is none. */
  previous(): boolean
}

/**
 * The list in all fields named `x-forwarded-for`, joined in order of their lines (RFC 9110 §5.3).
 * An empty element counts as one that is no address.
 */
export function readXForwardedFor(fields: Fields): HopList {
  return new XForwardedFor(fields)
}

/** The list in all `Forwarded` fields by their `for` parameters; empty when one is malformed. */
export function readForwarded(fields: Fields): HopList {
  const nodes: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    if (name.length !== 9 || name.toLowerCase() !== 'forwarded') continue
    // A quoted string cannot go on in the next line, so each is parsed on its own.
    const elements = parseForwarded(fields[i + 1] as string) // likewise
    if (elements === undefined) return new ForwardedNodes([])
    for (const element of elements) nodes.push(element.for ?? '')
  }
  return new ForwardedNodes(nodes)
}

const COMMA = 0x2c

class XForwardedFor implements HopList {
  address: IpAddress | undefined = undefined
  readonly #fields: Fields
  /** Index of the current line's name; the lines to its right are done. */
  #line: number
  /** End of what is left of the current line; -1 when nothing is. */
  #end = -1

  constructor(fields: Fields) {
    this.#fields = fields
    this.#line = fields.length
  }

  previous(): boolean {
    if (this.#end < 0 && !this.#previousLine()) return false
    const value = this.#fields[this.#line + 1] as string // set by #previousLine to a pair's index
    let comma = this.#end - 1
    while (comma >= 0 && value.charCodeAt(comma) !== COMMA) comma--
    this.address = parseHostAddress(trimBlanks(value, comma + 1, this.#end))
    this.#end = comma
    return true
  }

  #previousLine(): boolean {
    for (this.#line -= 2; this.#line >= 0; this.#line -= 2) {
      const name = this.#fields[this.#line] as string // the list holds pairs
      if (name.length !== 15 || name.toLowerCase() !== 'x-forwarded-for') continue
      this.#end = (this.#fields[this.#line + 1] as string).length // likewise
      return true
    }
    return false
  }
}

class ForwardedNodes implements HopList {
  address: IpAddress | undefined = undefined
  readonly #nodes: readonly string[]
  #index: number

  constructor(nodes: readonly string[]) {
    this.#nodes = nodes
    this.#index = nodes.length
  }

  previous(): boolean {
    const node = this.#nodes[--this.#index]
    if (node === undefined) return false
    this.address = parseForwardedNode(node)
    return true
  }
}
