/** Rule sets whose bundles are kept beside this file, one for each way through compile. */
import type { CompileOptions } from '../../../src/compile/compile.ts'
import type { HostPattern, Listener, Manifest, Route } from '../../../src/model/manifest.ts'
import {
  at,
  backend,
  defaults,
  host,
  listener,
  manifest,
  match,
  policy,
  route,
  rule,
  service,
  settings,
  slice,
} from '../../unit/compile/builders.ts'

/** A manifest and how it is compiled; the bundle is `bundles/<name>.json`. */
export interface GoldenCase {
  readonly name: string
  readonly manifest: Manifest
  readonly options: CompileOptions
}

const any: readonly HostPattern[] = [host('*')]

const bookinfo: readonly Route[] = [
  route('bookinfo', {
    hostnames: any,
    rules: [
      rule([match('/details', { origin: at(14) })], {
        backends: [backend('default/details:9080')],
      }),
      rule([match('/', { origin: at(21) })], { backends: [backend('default/productpage:9080')] }),
    ],
  }),
]

const port9080 = {
  name: undefined,
  port: 9080,
  targetPort: undefined,
  protocol: 'TCP',
  appProtocol: undefined,
} as const

const gateway = (name: string, parts: Partial<Listener>): Listener =>
  listener(name, { gateway: 'infra/edge', port: 80, ...parts })

const gatewayRules = manifest({
  listeners: [
    gateway('any', { policy: policy({ deny: ['192.0.2.0/24'] }) }),
    gateway('shop', { hostname: host('*.shop.test') }),
    gateway('secure', { protocol: 'HTTPS', port: 443, hostname: host('*.shop.test') }),
  ],
  routes: [
    route('store', {
      kind: 'HTTPRoute',
      namespace: 'shop',
      createdAtMs: 1_700_000_000_000,
      hostnames: [host('www.shop.test'), host('*.shop.test'), host('other.test')],
      parents: [{ gateway: 'infra/edge', sectionName: undefined, port: undefined }],
      rules: [
        rule(
          [
            match('/cart', {
              method: 'POST',
              headers: [{ type: 'Exact', name: 'x-team', value: 'ops' }],
              queryParams: [{ type: 'RegularExpression', name: 'v', value: '[0-9]+' }],
            }),
            match('/cart'),
          ],
          {
            backends: [
              backend('shop/cart:80', { weight: 9 }),
              backend('shop/canary:80', { weight: 1 }),
            ],
            timeouts: { totalMs: 15_000 },
          },
        ),
        rule([match('', { path: { type: 'Exact', value: '/old' } })], {
          backends: [],
          filters: [{ type: 'RequestRedirect', hostname: 'new.test', statusCode: 301 }],
        }),
      ],
      origin: at(3, 'HTTPRoute shop/store', 'shop.yaml'),
    }),
    route('lost', {
      kind: 'HTTPRoute',
      parents: [{ gateway: 'infra/nowhere', sectionName: 'web', port: 80 }],
      origin: at(40, 'HTTPRoute default/lost', 'shop.yaml'),
    }),
  ],
})

const unnamed = (index: number, parts: Partial<Route>): Route =>
  route('routes', {
    kind: 'routes.json',
    index,
    origin: at(20 + index, `routes[${index}]`, 'routes.json'),
    ...parts,
  })

const routesFile = manifest({
  listeners: [
    listener('web', {
      clientAddress: { trust: ['10.0.0.0/8'], hops: undefined, source: 'x-forwarded-for' },
    }),
  ],
  backends: [
    {
      name: 'api',
      endpoints: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'],
      host: { type: 'preserve' },
      origin: at(5, 'backends.api', 'routes.json'),
    },
  ],
  hosts: [
    settings('a.test', { deny: ['192.0.2.0/24'] }),
    settings('b.w.test', { allow: ['10.0.0.0/8'] }),
  ],
  routes: [
    unnamed(0, {
      rules: [
        rule(['/api/'], {
          backends: [backend('api')],
          filters: [{ type: 'URLRewrite', path: { type: 'ReplacePrefixMatch', value: '/' } }],
        }),
      ],
    }),
    unnamed(1, { hostnames: [host('*.w.test')] }),
    route('admin', {
      kind: 'routes.json',
      rules: [
        rule(['/admin'], { policy: policy({ allow: ['10.0.0.0/8'] }), backends: [backend('api')] }),
      ],
      origin: at(30, 'route admin', 'routes.json'),
    }),
    unnamed(3, { rules: [rule(['/api'], { backends: [backend('missing')] })] }),
  ],
})

const tls = manifest({
  listeners: [listener('web'), listener('secure', { protocol: 'HTTPS', port: 8443 })],
  routes: [
    route('a'),
    route('b', { hostnames: [host('1.b.test')] }),
    route('fallback', {
      rules: [],
      hostnames: any,
      defaultBackend: { backend: backend('default/fallback:80'), origin: at(90) },
    }),
  ],
  tlsHosts: [{ host: host('a.test'), secret: 'default/a', origin: at(80) }],
})

/** All cases. */
export const cases: readonly GoldenCase[] = [
  { name: 'bookinfo-by-dns', manifest: manifest({ routes: bookinfo }), options: defaults },
  {
    name: 'bookinfo-by-slices',
    manifest: manifest({
      routes: bookinfo,
      services: [
        service('details', { ports: [port9080] }),
        service('productpage', { ports: [port9080] }),
      ],
      endpointSlices: [slice('details', { ports: [{ name: undefined, port: 9080 }] })],
    }),
    options: {
      ...defaults,
      services: [
        {
          namespace: 'default',
          name: 'productpage',
          port: undefined,
          url: 'http://127.0.0.1:9080',
        },
      ],
    },
  },
  { name: 'gateway', manifest: gatewayRules, options: defaults },
  {
    name: 'gateway-on-flags',
    manifest: gatewayRules,
    options: {
      ...defaults,
      sockets: { http: [{ address: '127.0.0.1', port: 8000 }], https: [] },
    },
  },
  { name: 'routes-file', manifest: routesFile, options: defaults },
  { name: 'tls-and-default-backend', manifest: tls, options: defaults },
]
