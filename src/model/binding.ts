/** How rules name a service that the runtime provides: one spelling, wherever a URL may stand. */

/** What such an endpoint begins with. */
export const BINDING_SCHEME = 'binding:'

/** Names that every runtime takes for a variable of its environment. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** The name in `binding:NAME`; `undefined` for everything else, a name that is none included. */
export function parseBinding(endpoint: string): string | undefined {
  if (!endpoint.startsWith(BINDING_SCHEME)) return undefined
  const name = endpoint.slice(BINDING_SCHEME.length)
  return NAME.test(name) ? name : undefined
}
