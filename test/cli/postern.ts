/** The command as a shell runs it: a process of its own, its streams, signals and exit code. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { createFolder } from '../unit/adapters/folder.ts'

const bin = fileURLToPath(new URL('../../bin/postern.js', import.meta.url))
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** How to start it. */
export interface StartOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** A running command. */
export interface Command {
  readonly child: ChildProcess
  /** Everything written so far. */
  readonly out: () => string
  readonly err: () => string
  /** The match of `pattern` in standard error, once it is there; rejects when the command ends. */
  said(pattern: RegExp): Promise<RegExpMatchArray>
  /** Where it listens, once it says so. */
  url(): Promise<string>
  /** The exit code, once it has ended and everything is read; -1 after a signal. */
  ended(): Promise<number>
  signal(name: NodeJS.Signals): void
}

/** Starts `postern`; it is killed when the test ends. */
export function start(args: readonly string[], options: StartOptions = {}): Command {
  const { XDG_STATE_HOME: _, NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? root,
    env: { ...inherited, STATE_DIRECTORY: createFolder().path, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  let [out, err] = ['', '']
  const listeners = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    for (const listener of listeners) listener()
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  const said = (pattern: RegExp): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(err)
        if (match === null) return
        listeners.delete(look)
        resolve(match)
      }
      listeners.add(look)
      look()
      closed.then(() => reject(new Error(`ended without ${pattern}:\n${err}`)), reject)
    })
  return {
    child,
    out: () => out,
    err: () => err,
    said,
    url: async () => (await said(/^listening on (\S+)$/m))[1] ?? '',
    ended: async () => (await closed)[0] ?? -1,
    signal: (name) => void child.kill(name),
  }
}

/**
 * Starts a backend on loopback that answers everything with its name; gives its port. `seen` takes
 * the fields of each request, as they came.
 */
export async function startBackend(
  name: string,
  seen?: (fields: string[]) => void,
): Promise<number> {
  const server: Server = createServer((request, response) => {
    seen?.(request.rawHeaders)
    request.resume()
    response.end(`${name} ${request.method} ${request.url}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A backend that answers its first request when it is told to. */
export interface SlowBackend {
  readonly port: number
  /** Resolves when the request is there. */
  readonly asked: Promise<void>
  /** Resolves when the connection of the request is closed. */
  readonly left: Promise<void>
  /** Answers it. */
  answer(): void
}

/** Starts one. */
export async function startSlowBackend(): Promise<SlowBackend> {
  let answer: (() => void) | undefined
  let tell: (() => void) | undefined
  const asked = new Promise<void>((resolve) => (tell = resolve))
  const left = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    request.socket.once('close', () => left.resolve())
    answer = () => void response.end('slow')
    tell?.()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { port, asked, left: left.promise, answer: () => answer?.() }
}
