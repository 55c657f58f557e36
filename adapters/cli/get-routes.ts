/** Routes, in the order in which they are tried. */
import { compareHostKeys } from '../../src/compile/hosts.ts'
import { showRoute, type ShownRoute } from '../../src/gateway/explain.ts'
import type {
  Action,
  Bundle,
  BundleRoute,
  ListenerEntry,
  VirtualHost,
  WeightedBackend,
} from '../../src/model/bundle.ts'
import type { Filter, NetworkPolicy, Timeouts, ValueMatch } from '../../src/model/manifest.ts'
import { DEFAULT_TIMEOUTS } from '../../src/model/timeouts.ts'
import type { Column, Item, Shown } from './view.ts'

const COLUMNS: readonly Column[] = [
  { title: 'HOST' },
  { title: 'PATH' },
  { title: 'BACKEND' },
  { title: 'SOURCE' },
  { title: 'NAME', wide: true },
  { title: 'LISTENERS', wide: true },
  { title: 'METHOD', wide: true },
  { title: 'HEADERS', wide: true },
  { title: 'QUERY', wide: true },
  { title: 'FILTERS', wide: true },
  { title: 'POLICY', wide: true },
  { title: 'TIMEOUTS', wide: true },
]

interface Row {
  readonly shown: ShownRoute
  readonly route: BundleRoute | undefined
  readonly action: Action
  readonly hostPolicy: NetworkPolicy | undefined
  readonly listeners: string[]
}

/** The routes of all listeners. */
export function routesView({ bundle }: { readonly bundle: Bundle }): Shown {
  const rows = new Map<string, Row>()
  for (const { host, listeners } of hostsInOrder(bundle)) addHost(rows, host, listeners)
  for (const listener of bundle.listeners) addFallback(rows, listener)
  return {
    columns: COLUMNS,
    items: [...rows.values()].map(itemOf),
    empty: 'no routes',
  }
}

interface PlacedHost {
  readonly host: VirtualHost
  readonly listeners: readonly string[]
}

function hostsInOrder({ hosts, listeners }: Bundle): PlacedHost[] {
  return Object.entries(hosts)
    .map(([key, host]) => {
      const table = Number.parseInt(key, 10)
      const users = listeners.filter((listener) => listener.table === table)
      return { host, listeners: users.map(({ name }) => name) }
    })
    .sort((a, b) => compareHostKeys(a.host.host, b.host.host))
}

function addHost(rows: Map<string, Row>, host: VirtualHost, listeners: readonly string[]): void {
  for (const route of host.routes) {
    const action = host.actions[route.action]
    if (action === undefined) continue
    addRow(
      rows,
      { shown: showRoute(host, route), route, action, hostPolicy: host.policy },
      listeners,
    )
  }
}

function addFallback(rows: Map<string, Row>, { name, fallback }: ListenerEntry): void {
  if (fallback === undefined) return
  const { source, line, column, action } = fallback
  const place = source.file === undefined ? (source.object ?? source.name) : source.file
  const shown: ShownRoute = {
    name: source.name,
    source: source.file === undefined || line === 0 ? place : `${place}:${line}:${column}`,
    host: '*',
    path: '(default backend)',
  }
  addRow(rows, { shown, route: undefined, action, hostPolicy: undefined }, [name])
}

/** A route that several listeners have, or both depths of one wildcard, is one row. */
function addRow(
  rows: Map<string, Row>,
  row: Omit<Row, 'listeners'>,
  listeners: readonly string[],
): void {
  const { shown, route } = row
  const { method, headers, queryParams } = route ?? {}
  const key = JSON.stringify([shown, method, headers, queryParams])
  const known = rows.get(key)
  if (known === undefined) {
    rows.set(key, { ...row, listeners: [...listeners] })
    return
  }
  for (const name of listeners) if (!known.listeners.includes(name)) known.listeners.push(name)
}

function itemOf({ shown, route, action, hostPolicy, listeners }: Row): Item {
  const { filters, backends, policy, timeouts, invalid } = action
  const { method, headers = [], queryParams = [] } = route ?? {}
  return {
    cells: [
      shown.host,
      shown.path,
      describeTarget(action),
      shown.source,
      shown.name,
      listeners.join(','),
      method ?? '*',
      headers.map(describeCondition).join(', '),
      queryParams.map(describeCondition).join(', '),
      filters.map(describeFilter).join(', '),
      [describePolicy(hostPolicy, 'host '), describePolicy(policy, '')].filter(Boolean).join('; '),
      describeTimeouts(timeouts),
    ],
    json: {
      ...shown,
      listeners,
      ...(method === undefined ? {} : { method }),
      headers,
      queryParams,
      filters,
      backends,
      ...(hostPolicy === undefined ? {} : { hostPolicy }),
      ...(policy === undefined ? {} : { policy }),
      timeouts,
      invalid: invalid === true,
    },
  }
}

function describeTarget({ backends, filters, invalid }: Action): string {
  if (invalid === true) return '(invalid: 500)'
  const redirect = filters.find((filter) => filter.type === 'RequestRedirect')
  if (redirect !== undefined) return `(redirect ${redirect.statusCode})`
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  return backends.map((backend) => describeBackend(backend, backends.length, total)).join(', ')
}

function describeBackend(
  { ref, cluster, weight }: WeightedBackend,
  count: number,
  total: number,
): string {
  const name = cluster === undefined ? `${ref} (invalid: 500)`.trim() : ref
  if (count === 1) return name
  return `${name} ${total === 0 ? 0 : Math.round((weight / total) * 1000) / 10}%`
}

function describeCondition({ type, name, value }: ValueMatch): string {
  return `${name}${type === 'Exact' ? '=' : '~'}${value}`
}

function describeFilter(filter: Filter): string {
  switch (filter.type) {
    case 'RequestHeaderModifier':
    case 'ResponseHeaderModifier': {
      const names = [
        ...filter.set.map(({ name }) => `${name}=`),
        ...filter.add.map(({ name }) => `+${name}`),
        ...filter.remove.map((name) => `-${name}`),
      ]
      return `${filter.type}(${names.join(' ')})`
    }
    case 'URLRewrite':
    case 'RequestRedirect': {
      const { hostname, path } = filter
      const parts = [hostname, path?.value].filter((part) => part !== undefined)
      return `${filter.type}(${parts.join(' ')})`
    }
    default:
      return filter satisfies never
  }
}

function describePolicy(policy: NetworkPolicy | undefined, prefix: string): string {
  if (policy === undefined) return ''
  const { allow, deny } = policy
  const parts = [
    ...(deny.length === 0 ? [] : [`deny ${deny.join(' ')}`]),
    ...(allow.length === 0 ? [] : [`allow ${allow.join(' ')}`]),
  ]
  return `${prefix}${parts.join(', ')}`
}

/** Those that differ from what every route has. */
function describeTimeouts(timeouts: Required<Timeouts>): string {
  const names = ['connectMs', 'firstByteMs', 'idleMs', 'totalMs'] as const
  return names
    .filter((name) => timeouts[name] !== DEFAULT_TIMEOUTS[name])
    .map((name) => `${name.slice(0, -2)}=${timeouts[name]}ms`)
    .join(' ')
}
