import { describe, expect, it } from 'vitest'
import { createFolder, routesJson } from '../folder.ts'
import { run } from './memory-terminal.ts'

const portable = JSON.stringify({
  version: 1,
  backends: { api: { endpoints: ['https://api.example.com'], host: 'endpoint' } },
  routes: [{ path: '/', backend: 'api' }],
})

describe('check --target', () => {
  it('makes an error of what the target cannot honour, with the place', async () => {
    const path = createFolder().write('routes.json', routesJson(9001))
    const plain = await run(['check', '-c', path])
    expect(plain.code).toBe(0)
    const worker = await run(['check', '-c', path, '--target', 'worker'])
    expect(worker.code).toBe(1)
    expect(worker.out).toMatch(/routes\.json:1:\d+: error needs-ip-endpoint: /)
    expect(worker.out).toMatch(/routes\.json:1:\d+: error needs-keep-host: /)
    expect((await run(['check', '-c', path, '--target', 'node'])).code).toBe(0)
  })

  it('tells programs the same', async () => {
    const { code, out } = await run(
      ['check', '-c', '-', '--target', 'worker', '--json'],
      routesJson(1),
    )
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ ok: false, counts: { errors: 2, warnings: 0 } })
  })

  it('passes rules that hold there', async () => {
    const { code, out } = await run(['check', '-c', '-', '--target', 'worker'], portable)
    expect([code, out]).toEqual([0, 'ok: 1 route, 1 host, no findings\n'])
  })

  it('takes no target that does not exist', async () => {
    const { code, err } = await run(['check', '--target', 'wroker'])
    expect(code).toBe(2)
    expect(err).toContain('unknown target "wroker"; did you mean worker?')
  })
})

describe('build --target worker', () => {
  it('warns and builds all the same', async () => {
    const { code, out, err } = await run(['build', '--target', 'worker', '-c', '-'], routesJson(1))
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ format: 1 })
    expect(err).toBe('note: 2 warnings; "postern check --target worker" tells more\n')
  })

  it('refuses with --strict', async () => {
    const args = ['build', '--target', 'worker', '--strict', '-c', '-']
    const { code, out, err } = await run(args, routesJson(1))
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('warning needs-keep-host')
    expect((await run(args, portable)).code).toBe(0)
  })

  it('warns of nothing that concerns Node', async () => {
    const { err } = await run(['build', '--target', 'node', '-c', '-'], routesJson(1))
    expect(err).toBe('')
  })
})
