import { describe, expect, it } from 'vitest'
import { buildInThread } from '../../../../adapters/rules/build-thread.ts'
import { buildRules } from '../../../../adapters/rules/build.ts'
import { buildFirst } from '../../../../adapters/rules/first-rules.ts'
import { linkRules, ServedRules } from '../../../../adapters/rules/served-rules.ts'
import { keepRules, readKeptRules } from '../../../../adapters/rules/state.ts'
import type {
  BuildOrder,
  BuildOutcome,
  GoodRules,
} from '../../../../adapters/rules/thread-messages.ts'
import { pack } from '../../../../src/compile/pack.ts'
import { Runtime } from '../../../../src/gateway/runtime.ts'
import { createFolder, ingressYaml, routesJson, type Folder } from '../folder.ts'

const runtime = new Runtime({ now: () => 0, monotonic: () => 0, random: () => 0 })

function order(folder: Folder, rest: Partial<BuildOrder> = {}): BuildOrder {
  return {
    options: {
      sources: [folder.at('routes.json')],
      className: 'postern',
      services: [],
      sockets: undefined,
    },
    standardInput: undefined,
    strict: false,
    state: { folder: folder.at('state'), key: 'k' },
    ...rest,
  }
}

/** What a thread would hand over, without one. */
function goodRules(text: string): GoodRules {
  const { options } = order(createFolder())
  const files = [{ name: 'routes.json', text }]
  const { bundle, digest, counts } = buildRules({ files, findings: [], digest: 'd', options })
  if (bundle === undefined) throw new Error('refused')
  return { packed: pack(bundle), digest, counts, clusters: [] }
}

function codes({ findings }: BuildOutcome): string[] {
  return findings.map(({ code }) => code)
}

describe('building in a thread', () => {
  it('hands over rules that can be linked', async () => {
    const folder = createFolder()
    folder.write('routes.json', routesJson(9001))
    const { rules, findings } = await buildInThread(order(folder))
    expect(findings).toEqual([])
    expect(rules).toMatchObject({
      counts: { routes: 1, hosts: 1 },
      clusters: [{ endpoints: ['http://127.0.0.1:9001'] }],
    })
    if (rules === undefined) throw new Error('refused')
    const linked = await linkRules(rules, runtime)
    expect(linked.type === 'linked' && [...linked.rules.snapshot.sockets.keys()]).toEqual([
      'http:*:8080',
    ])
  })

  it('takes standard input over', async () => {
    const bytes = Buffer.from(routesJson(9001))
    const base = order(createFolder())
    const { rules } = await buildInThread({
      ...base,
      options: { ...base.options, sources: ['-'] },
      standardInput: { type: 'bytes', bytes },
      state: undefined,
    })
    expect(rules?.counts.routes).toBe(1)
  })

  it('refuses warnings where that is asked for', async () => {
    const folder = createFolder()
    folder.write('routes.json', ingressYaml('i').replace('class', 'clas'))
    const { rules, findings } = await buildInThread(order(folder, { strict: true }))
    expect(findings.length).toBeGreaterThan(0)
    expect(rules).toBeUndefined()
  })

  it('tells when good rules cannot be kept, and gives them all the same', async () => {
    const folder = createFolder()
    folder.write('routes.json', routesJson(9001))
    const state = { folder: folder.write('file', ''), key: 'k' }
    const outcome = await buildInThread(order(folder, { state }))
    expect(codes(outcome)).toEqual(['rules-not-kept'])
    expect(outcome.rules).toBeDefined()
  })

  it('has refused the rules where it is broken off', async () => {
    const folder = createFolder()
    folder.write('routes.json', routesJson(9001))
    const outcome = await buildInThread(order(folder), AbortSignal.abort())
    expect(outcome.rules).toBeUndefined()
    expect(codes(outcome)).toEqual(['build-failed'])
  })

  it('hands over a bounded number of findings, errors before others', async () => {
    const folder = createFolder()
    const warned = Array.from(
      { length: 1200 },
      (_, i) => ingressYaml(`i${i}`, `/p${i}`) + 'extra: 1\n',
    )
    const wrong = ingressYaml('wrong', '/bad path')
    folder.write('rules.yaml', [...warned, wrong].join('---\n'))
    const base = order(folder)
    const options = { ...base.options, sources: [folder.at('rules.yaml')] }
    const { rules, findings, findingCount } = await buildInThread({ ...base, options })
    expect(findings).toHaveLength(1000)
    expect(findingCount).toBeGreaterThan(1200)
    expect(findings[0]).toMatchObject({ severity: 'error', code: 'invalid-path' })
    expect(rules?.counts.routes).toBe(1200)
  })
})

describe('the rules of a start', () => {
  async function keepGood(folder: Folder): Promise<void> {
    await keepRules(folder.at('state'), 'k', { rules: goodRules(routesJson(9001)), keptAtMs: 0 })
  }

  it('are kept when they are good', async () => {
    const folder = createFolder()
    folder.write('routes.json', routesJson(9001))
    const { rules } = await buildFirst(order(folder))
    expect(rules).toBeDefined()
    const kept = await readKeptRules(folder.at('state'), 'k')
    expect(kept).toMatchObject({ rules: { digest: rules?.digest, packed: rules?.packed } })
  })

  it('are the last good ones where the files cannot be read (G-03)', async () => {
    const folder = createFolder()
    await keepGood(folder)
    const outcome = await buildFirst(order(folder))
    expect(codes(outcome)).toEqual(['file-not-found', 'last-good-rules'])
    expect(outcome.rules?.counts.routes).toBe(1)
  })

  it.each([
    ['the files can be read and are wrong', '{', {}],
    ['warnings refuse', undefined, { strict: true }],
    ['another project kept them', undefined, { key: 'other' }],
  ])(
    'are none where %s',
    async (
      _name,
      text,
      {
        strict = false,
        key = 'k',
      }: {
        strict?: boolean
        key?: string
      },
    ) => {
      const folder = createFolder()
      await keepGood(folder)
      if (text !== undefined) folder.write('routes.json', text)
      const state = { folder: folder.at('state'), key }
      expect((await buildFirst(order(folder, { strict, state }))).rules).toBeUndefined()
    },
  )

  it('are none where the kept ones are damaged, which is told', async () => {
    const folder = createFolder()
    await keepGood(folder)
    folder.write('state/rules/k', 'x')
    const outcome = await buildFirst(order(folder))
    expect(codes(outcome)).toEqual(['file-not-found', 'kept-rules-unusable'])
    expect(outcome.rules).toBeUndefined()
  })
})

describe('the rules being served', () => {
  async function link(port: number) {
    const listeners = [{ name: 'web', port }]
    const routes = [{ path: '/', backend: 'http://127.0.0.1:1' }]
    const linked = await linkRules(
      goodRules(JSON.stringify({ version: 1, listeners, routes })),
      runtime,
    )
    if (linked.type !== 'linked') throw new Error('refused')
    return linked.rules
  }

  it('answer each socket by rules that know it while sockets change (G-01)', async () => {
    const [one, two] = [await link(8001), await link(8002)]
    const served = new ServedRules()
    served.swap(one)
    expect(served.snapshotFor('http:*:8001')).toBe(one.snapshot)
    served.announce(two.snapshot)
    expect(served.snapshotFor('http:*:8001')).toBe(one.snapshot)
    expect(served.snapshotFor('http:*:8002')).toBe(two.snapshot)
    expect(served.swap(two)).toBe(one.snapshot)
    expect(served.snapshotFor('http:*:8001')).toBe(one.snapshot)
    served.forget(one.snapshot)
    expect(() => served.snapshotFor('http:*:8001')).toThrow('no rules')
    expect(served.current?.number).toBe(2)
  })

  it('take an announcement back', async () => {
    const [one, two] = [await link(8001), await link(8002)]
    const served = new ServedRules()
    served.swap(one)
    served.announce(two.snapshot)
    served.announce(undefined)
    expect(() => served.snapshotFor('http:*:8002')).toThrow('no rules')
    expect(served.current?.number).toBe(1)
  })
})
