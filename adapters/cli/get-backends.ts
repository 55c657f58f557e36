/** Backends: what references resolve to, and how many routes use them. */
import type { Bundle } from '../../src/model/bundle.ts'
import type { UpstreamHost } from '../../src/model/manifest.ts'
import type { Column, Shown } from './view.ts'

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'ENDPOINTS' },
  { title: 'HOST' },
  { title: 'ROUTES' },
]

/** The backends that some route refers to. */
export function backendsView({ bundle }: { readonly bundle: Bundle }): Shown {
  const uses = countUses(bundle)
  const names = Object.keys(bundle.clusters).sort()
  return {
    columns: COLUMNS,
    items: names.flatMap((name) => {
      const cluster = bundle.clusters[name]
      if (cluster === undefined) return []
      const routes = uses.get(name) ?? 0
      const endpoints = cluster.endpoints.join(', ')
      return {
        cells: [
          name,
          endpoints === '' ? '(none: 503)' : endpoints,
          hostText(cluster.host),
          `${routes}`,
        ],
        json: { ...cluster, routes },
      }
    }),
    empty: 'no backends',
  }
}

/** Routes for each cluster; those that several listeners or both depths of a wildcard have, once. */
function countUses({ hosts, listeners }: Bundle): Map<string, number> {
  const uses = new Map<string, Set<string>>()
  const use = (cluster: string | undefined, by: string): void => {
    if (cluster === undefined) return
    const users = uses.get(cluster) ?? new Set<string>()
    uses.set(cluster, users.add(by))
  }
  for (const host of Object.values(hosts)) {
    const shown = host.host.startsWith('**.') ? host.host.slice(1) : host.host
    for (const { action, source, ...rest } of host.routes) {
      const by = JSON.stringify([shown, host.sources[source], rest])
      for (const { cluster } of host.actions[action]?.backends ?? []) use(cluster, by)
    }
  }
  for (const { fallback } of listeners) {
    if (fallback === undefined) continue
    const { action, source, line, column } = fallback
    for (const { cluster } of action.backends) use(cluster, JSON.stringify([source, line, column]))
  }
  return new Map([...uses].map(([name, users]) => [name, users.size]))
}

function hostText(host: UpstreamHost): string {
  switch (host.type) {
    case 'preserve':
      return "(client's)"
    case 'endpoint':
      return "(endpoint's)"
    case 'fixed':
      return host.value
    default:
      return host satisfies never
  }
}
