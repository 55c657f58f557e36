import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../../../bin/postern.js', import.meta.url))

/** Makes one Node say that it is an older one; Nodes that it starts say the truth. */
const old =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.19.0'}})"

/** A command line that tells what it was given, and waits for a signal when asked to. */
const main = `
export async function main(args: readonly string[]): Promise<number> {
  console.log(JSON.stringify(args))
  if (args[0] !== 'wait') return 7
  await new Promise<void>((done) => {
    const timer = setInterval(() => undefined, 1000)
    process.on('SIGTERM', () => {
      clearInterval(timer)
      console.log('drained')
      done()
    })
    console.log('ready')
  })
  return 5
}
`

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-bin-'))
  mkdirSync(join(folder, 'bin'))
  cpSync(bin, join(folder, 'bin/postern.js'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function writeMain(path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function bringOwnNode(): void {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'))
}

function start(args: readonly string[], nodeArgs: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, join(folder, 'bin/postern.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

async function ending(child: ChildProcess): Promise<Ending> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, out, err }
}

describe('bin/postern.js', () => {
  test('runs the source in a checkout, even beside a build', async () => {
    writeMain('adapters/cli/main.ts', main)
    writeMain('dist/adapters/cli/main.js', 'export const main = async () => 99')
    const { code, out } = await ending(start(['check', '-c', 'a b']))
    expect({ code, out }).toEqual({ code: 7, out: '["check","-c","a b"]\n' })
  })

  test('runs the build where there is no source', async () => {
    writeMain('dist/adapters/cli/main.js', 'export const main = async () => 3')
    expect((await ending(start(['check']))).code).toBe(3)
  })

  test('says what it needs on an old Node with no newer one at hand', async () => {
    const { code, err } = await ending(start([], ['--import', old]))
    expect(code).toBe(1)
    expect(err).toMatch(/needs Node 22\.19 or newer, and this is Node 20\.19\.0/)
    expect(err).toContain('npm ci')
  })

  test.skipIf(process.platform === 'win32')(
    'goes on with the Node of the checkout and passes the exit code on',
    async () => {
      writeMain('adapters/cli/main.ts', main)
      bringOwnNode()
      const { code, out } = await ending(start(['get'], ['--import', old]))
      expect({ code, out }).toEqual({ code: 7, out: '["get"]\n' })
    },
  )

  test.skipIf(process.platform === 'win32')(
    'passes a signal on and ends as the other Node ends',
    async () => {
      writeMain('adapters/cli/main.ts', main)
      bringOwnNode()
      const child = start(['wait'], ['--import', old])
      child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.includes('ready')) child.kill('SIGTERM')
      })
      expect(await ending(child)).toMatchObject({ code: 5, out: '["wait"]\nready\ndrained\n' })
    },
  )

  test.skipIf(process.platform === 'win32')(
    'ends by the same signal when the other Node does',
    async () => {
      writeMain('adapters/cli/main.ts', main.replace("process.on('SIGTERM'", "process.on('exit'"))
      bringOwnNode()
      const child = start(['wait'], ['--import', old])
      child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.includes('ready')) child.kill('SIGTERM')
      })
      expect((await ending(child)).signal).toBe('SIGTERM')
    },
  )
})
