/** postern's own cases: what the public suites leave open, by the table of semantics. */
import type { Capability } from '../capabilities.ts'
import { request, type MessageSpec, type RequestCase, type ResponseSpec } from '../case.ts'
import type { RequestSpec, RuleSet } from '../case.ts'
import { jsonFile, readCases } from './objects.ts'

interface Own {
  readonly id: string
  readonly text: string
  readonly needs?: readonly Capability[]
  readonly request: Partial<RequestSpec> & Pick<RequestSpec, 'path'>
  readonly expect: {
    readonly status: number | readonly number[]
    /** Name of the service, in `default` unless it has a namespace. */
    readonly by?: string | null
    readonly reason?: string
    readonly redirect?: ResponseSpec['redirect']
    readonly backend?: MessageSpec
    readonly response?: MessageSpec
    readonly client?: readonly (string | null)[]
    /** By name of the service. */
    readonly shares?: Readonly<Record<string, number>>
  }
}

interface Group {
  readonly name: string
  readonly documents: readonly unknown[]
  readonly services: readonly string[]
  readonly cases: readonly Own[]
}

const FILES = [
  'default-backends',
  'wildcards',
  'classes',
  'ties',
  'weights',
  'policies',
  'client-address',
  'filters',
  'kubernetes',
]

/** One case for each. */
export function ownCases(): RequestCase[] {
  return FILES.flatMap((name) => {
    const file = readCases(`postern-${name}`) as { readonly groups: readonly Group[] } // its shape
    return file.groups.flatMap((group) => {
      const rules = toRules(group)
      return group.cases.map((one) => toCase(one, rules))
    })
  })
}

function toRules({ name, documents, services }: Group): RuleSet {
  return {
    name: `postern-${name}`,
    files: documents.map((document, index) => jsonFile(`${index}`, document)),
    services: services.map(inDefault),
  }
}

function toCase(
  { id, text, needs = [], request: asked, expect }: Own,
  rules: RuleSet,
): RequestCase {
  const { status, by, client, shares, reason, redirect, backend, response } = expect
  return {
    type: 'request',
    id,
    text,
    rules,
    needs,
    request: request(asked),
    expect: {
      status: [status].flat(),
      ...(by === undefined ? {} : { servedBy: by === null ? null : inDefault(by) }),
      ...(reason === undefined ? {} : { reason }),
      ...(redirect === undefined ? {} : { redirect }),
      ...(backend === undefined ? {} : { backend }),
      ...(response === undefined ? {} : { response }),
      ...(client === undefined ? {} : { clientIp: client }),
      ...(shares === undefined ? {} : { shares: sharesOf(shares) }),
    },
  }
}

function sharesOf(shares: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(shares).map(([name, count]) => [inDefault(name), count]))
}

/** Services without a namespace are in `default`. */
function inDefault(service: string): string {
  return service.includes('/') ? service : `default/${service}`
}
