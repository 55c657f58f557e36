import { describe, expect, it } from 'vitest'
import { refusePatterns } from '../../../src/regex/engine.ts'
import { explainMatch } from '../../../src/routing/explain-match.ts'
import { createHostTable } from '../../../src/routing/host-table.ts'
import { hostOf, requestOf } from './routes.ts'

const table = createHostTable(
  hostOf([
    { path: '/shop/cart' },
    { path: '/shop' },
    { path: '/other' },
    { path: '/shop/cart', method: 'POST' },
    { path: '/shop/cart', headers: [{ type: 'Exact', name: 'x-team', value: 'ops' }] },
    { path: '/shop/cart', queryParams: [{ type: 'Exact', name: 'v', value: '2' }] },
    { path: '/shop/cart', type: 'Exact' },
  ]),
  refusePatterns,
)

describe('explainMatch', () => {
  const explained = explainMatch(
    table,
    requestOf({ path: '/shop/cart/1', query: 'v=1', fields: ['X-Team', 'dev'] }),
  )

  it('names the route that takes the request', () => {
    expect(explained.route).toMatchObject({ rule: 0, path: '/shop/cart' })
  })

  it('names the nearest others and what was missing, nearest first', () => {
    expect(explained.nearest).toMatchObject([
      {
        route: { rule: 1 },
        failed: 'precedence',
        detail: 'would take it, but another route comes first',
      },
      { route: { rule: 5 }, failed: 'query', detail: 'parameter v must be "2" and is "1"' },
      { route: { rule: 4 }, failed: 'header', detail: 'field x-team must be "ops" and is "dev"' },
      { route: { rule: 3 }, failed: 'method', detail: 'takes POST, not GET' },
      { route: { rule: 6 }, failed: 'path', detail: 'takes /shop/cart alone, not /shop/cart/1' },
    ])
  })

  it('explains a request that no route takes by the paths most like it', () => {
    const { route, nearest } = explainMatch(table, requestOf({ path: '/others' }))
    expect(route).toBeUndefined()
    expect(nearest).toHaveLength(5)
    expect(nearest[0]).toMatchObject({
      failed: 'path',
      detail: 'takes paths under /other, not /others',
    })
  })
})
