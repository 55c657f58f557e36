/**
 * The shape of a routes file: the one description that reading, the types and the published JSON
 * Schema (`routes.schema.json`) share. What a value means, and whether it is sound as a host, a
 * path or an address, is decided by the readers.
 *
 * Every route is checked with valibot itself: 0.4 µs for one in short form and 2.5 µs for one that
 * uses everything (Node 24.21), so a check of our own beside it would save a second in a million
 * routes. Messages given here are codes of findings; `shape.ts` has the words.
 */
import * as v from 'valibot'

import type {
  BackendInput,
  BackendRefInput,
  ClientAddressInput,
  FileInput,
  FileOutline,
  FilterInput,
  HostInput,
  ListenerInput,
  MatchInput,
  PathModifierInput,
  PolicyInput,
  RouteInput,
  TimeoutsInput,
} from './input.ts'
import { Duration, Method, NameSchema, PathType, Port, Text, Texts } from './schema-values.ts'
import { object, refuseLists } from './schema-values.ts'

const Policy: v.GenericSchema<PolicyInput> = v.pipe(
  object({ allow: v.exactOptional(Texts), deny: v.exactOptional(Texts) }),
  v.description(
    'CIDRs by client address. deny beats allow; a list in allow denies everybody else.',
  ),
)

const ClientAddress: v.GenericSchema<ClientAddressInput> = v.pipe(
  object({
    trust: v.exactOptional(
      v.pipe(
        Texts,
        v.description('Proxies to believe: CIDRs, addresses, or cloudflare, private, loopback.'),
      ),
    ),
    hops: v.exactOptional(
      v.pipe(
        v.number(),
        v.integer('not-whole'),
        v.minValue(1, 'out-of-range'),
        v.maxValue(100, 'out-of-range'),
        v.description('Number of proxies in front; instead of trust.'),
      ),
    ),
    source: v.exactOptional(
      v.pipe(Text, v.description('Field that carries the addresses. Default X-Forwarded-For.')),
    ),
  }),
  v.description('Whom to believe about the address of the client. Without it, nobody.'),
)

/** One entry of `listeners`. */
export const ListenerSchema: v.GenericSchema<ListenerInput> = object({
  name: NameSchema,
  port: Port,
  address: v.exactOptional(v.pipe(Text, v.description('IP address to bind. Default: every one.'))),
  tls: v.exactOptional(
    object({
      certificates: v.pipe(
        v.array(object({ cert: Text, key: Text })),
        v.minLength(1, 'empty-list'),
      ),
    }),
  ),
  clientAddress: v.exactOptional(ClientAddress),
  policy: v.exactOptional(Policy),
  pathAmbiguity: v.exactOptional(
    v.pipe(
      v.picklist(['policy', 'refuse']),
      v.description(
        'Paths that a backend could read in another way: refused where policies differ (policy, ' +
          'the default), or where backends differ too (refuse).',
      ),
    ),
  ),
  mergeSlashes: v.exactOptional(
    v.pipe(v.boolean(), v.description('Whether // counts as / when matching. Default false.')),
  ),
})

/** One value of `backends` of the file. */
export const BackendSchema: v.GenericSchema<BackendInput> = object({
  endpoints: v.pipe(
    Texts,
    v.description('Origins such as http://127.0.0.1:9001, or binding:NAME in a Worker.'),
  ),
  host: v.exactOptional(
    v.pipe(
      Text,
      v.description(
        "Host that endpoints see: preserve (the client's, default), endpoint, or a name.",
      ),
    ),
  ),
})

/** One value of `hosts` of the file. */
export const HostSchema: v.GenericSchema<HostInput> = object({
  policy: v.exactOptional(Policy),
})

const ValueMatch = object({
  type: v.exactOptional(v.picklist(['Exact', 'RegularExpression'])),
  name: Text,
  value: v.string(),
})

const Match: v.GenericSchema<MatchInput> = v.pipe(
  object({
    path: v.exactOptional(object({ type: v.exactOptional(PathType), value: Text })),
    method: v.exactOptional(Method),
    headers: v.exactOptional(v.array(ValueMatch)),
    queryParams: v.exactOptional(v.array(ValueMatch)),
  }),
  v.description('Conditions that must all hold.'),
)

const PathModifier: v.GenericSchema<PathModifierInput> = v.pipe(
  object({
    replacePrefixMatch: v.exactOptional(v.string()),
    replaceFullPath: v.exactOptional(v.string()),
  }),
  v.description('One of the two.'),
)

const Headers = v.array(object({ name: Text, value: v.string() }))

const Filter: v.GenericSchema<FilterInput> = v.variant('type', [
  object({
    type: v.picklist(['RequestHeaderModifier', 'ResponseHeaderModifier']),
    set: v.exactOptional(Headers),
    add: v.exactOptional(Headers),
    remove: v.exactOptional(v.array(Text)),
  }),
  object({
    type: v.literal('URLRewrite'),
    hostname: v.exactOptional(Text),
    path: v.exactOptional(PathModifier),
  }),
  object({
    type: v.literal('RequestRedirect'),
    scheme: v.exactOptional(v.picklist(['http', 'https'])),
    hostname: v.exactOptional(Text),
    path: v.exactOptional(PathModifier),
    port: v.exactOptional(Port),
    statusCode: v.exactOptional(v.picklist([301, 302, 303, 307, 308])),
  }),
])

const Timeouts: v.GenericSchema<TimeoutsInput> = v.pipe(
  object({
    connect: v.exactOptional(Duration),
    firstByte: v.exactOptional(Duration),
    idle: v.exactOptional(Duration),
    total: v.exactOptional(Duration),
  }),
  v.description('Durations such as 30s or 1m30s; 0 switches a timeout off.'),
)

const BackendRef: v.GenericSchema<BackendRefInput> = v.pipe(
  object({
    name: v.exactOptional(Text),
    url: v.exactOptional(Text),
    service: v.exactOptional(Text),
    weight: v.exactOptional(
      v.pipe(
        v.number(),
        v.integer('not-whole'),
        v.minValue(0, 'out-of-range'),
        v.maxValue(1_000_000, 'out-of-range'),
        v.description('Share of the requests. Default 1; 0 takes none.'),
      ),
    ),
    filters: v.exactOptional(v.array(Filter)),
  }),
  v.description('One of name, url and service (namespace/name:port).'),
)

/** One entry of `routes`. */
export const RouteSchema: v.GenericSchema<RouteInput> = object({
  name: v.exactOptional(NameSchema),
  host: v.exactOptional(v.pipe(Text, v.description('Short for hosts with one entry.'))),
  hosts: v.exactOptional(
    v.pipe(Texts, v.description('Names, *.suffix or IP addresses. Default: every host.')),
  ),
  path: v.exactOptional(v.pipe(Text, v.description('Short for matches with this path alone.'))),
  pathType: v.exactOptional(PathType),
  matches: v.exactOptional(
    v.pipe(
      v.array(Match),
      v.minLength(1, 'empty-list'),
      v.description('Any of these leads here. Default: every path.'),
    ),
  ),
  policy: v.exactOptional(Policy),
  filters: v.exactOptional(v.array(Filter)),
  timeouts: v.exactOptional(Timeouts),
  backend: v.exactOptional(
    v.pipe(
      Text,
      v.description(
        'Name of a backend, a URL, binding:NAME, or a Kubernetes service (namespace/name:port).',
      ),
    ),
  ),
  backends: v.exactOptional(v.pipe(v.array(BackendRef), v.minLength(1, 'empty-list'))),
})

/** What the file and its outline have in common. */
const HEAD = {
  $schema: v.exactOptional(v.pipe(v.string(), v.description('Where an editor finds this schema.'))),
  version: v.pipe(v.literal(1), v.description('Version of this format.')),
  clientAddress: v.exactOptional(ClientAddress),
}

/** The whole file, as it is published. */
export const FileSchema: v.GenericSchema<FileInput> = object({
  ...HEAD,
  listeners: v.exactOptional(v.array(ListenerSchema)),
  backends: v.exactOptional(refuseLists(v.record(NameSchema, BackendSchema))),
  hosts: v.exactOptional(refuseLists(v.record(Text, HostSchema))),
  routes: v.exactOptional(v.array(RouteSchema)),
})

/**
 * The file without its entries, which are checked one by one: a million results need not be in
 * memory together, and valibot's record passes over a key such as `constructor`.
 */
export const OutlineSchema: v.GenericSchema<FileOutline> = object({
  ...HEAD,
  listeners: v.exactOptional(v.array(v.unknown())),
  backends: v.exactOptional(refuseLists(v.record(v.string(), v.unknown()))),
  hosts: v.exactOptional(refuseLists(v.record(v.string(), v.unknown()))),
  routes: v.exactOptional(v.array(v.unknown())),
})

/** Parts that are written once in the published schema and referred to from there on. */
export const DEFINITIONS: Readonly<Record<string, v.GenericSchema>> = {
  listener: ListenerSchema,
  clientAddress: ClientAddress,
  policy: Policy,
  backend: BackendSchema,
  host: HostSchema,
  route: RouteSchema,
  match: Match,
  filter: Filter,
  pathModifier: PathModifier,
  timeouts: Timeouts,
  backendRef: BackendRef,
}
