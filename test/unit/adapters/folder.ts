/** A folder of its own for each test, removed when the test ends. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder. */
export interface Folder {
  readonly path: string
  /** Path of a name in it. */
  at(name: string): string
  /** Writes a file, with the folders that lead to it; gives its path. */
  write(name: string, text: string | Uint8Array): string
}

/** Makes a folder. */
export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'postern-'))
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true })
  })
  const at = (name: string): string => join(path, name)
  return {
    path,
    at,
    write: (name, text) => {
      mkdirSync(dirname(at(name)), { recursive: true })
      writeFileSync(at(name), text)
      return at(name)
    },
  }
}

/** A routes.json whose one route sends `path` to a port of loopback. */
export function routesJson(port: number, path = '/'): string {
  const backend = `http://127.0.0.1:${port}`
  return JSON.stringify({ version: 1, routes: [{ path, backend }] })
}

/** An Ingress of class `postern` with one prefix. */
export function ingressYaml(name: string, path = '/', host = 'a.test'): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: default }
spec:
  ingressClassName: postern
  rules:
    - host: ${host}
      http:
        paths:
          - path: ${path}
            pathType: Prefix
            backend: { service: { name: api, port: { number: 80 } } }
`
}
