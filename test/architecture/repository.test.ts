import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listFiles, listSources, root } from './files.ts'

/** The length at which a file has to be asked whether it is still one idea. */
const maxLines = 300

/** Files that were asked and may be longer. Empty is how it should stay. */
const longFiles: ReadonlySet<string> = new Set()

/** What is not text, or is somebody else's text. */
const unread = /^package-lock\.json$|\.(?:png|ico|woff2|gz|pem|crt|key)$/

/** A person's folder, or a machine's workplace: present on one machine only. */
const workstation: readonly RegExp[] = [
  /(?<![\w.~*}-])\/(?:home|Users)\/[a-z][\w.-]*\//,
  /(?<![\w.~*}/-])\/root\/[\w.]/,
  /\b[A-Z]:\\Users\\/,
]

/** A folder that may stand beside a checkout. A clone has none, so nothing can depend on it. */
const neighbour = 'shared'
const beside = new RegExp(`\\.\\./${neighbour}(?:/|\\b(?!\\.))`)

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

function findForeignPath(text: string): string | undefined {
  for (const pattern of [...workstation, beside]) {
    const match = pattern.exec(text)
    if (match !== null) return match[0]
  }
  return text.includes(root) ? root : undefined
}

test('no source file is longer than one idea', () => {
  const long = listSources()
    .map((file) => ({ file, lines: countLines(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ file, lines }) => lines > maxLines && !longFiles.has(file))
  expect(long).toEqual([])
})

test('no file that may be longer is missing or short again', () => {
  const stale = [...longFiles].filter(
    (file) => countLines(readFileSync(join(root, file), 'utf8')) <= maxLines,
  )
  expect(stale).toEqual([])
})

test('the repository stands on its own: no file names a path outside it', () => {
  const self = 'test/architecture/repository.test.ts'
  const found = listFiles()
    .filter((file) => file !== self && !unread.test(file))
    .map((file) => ({ file, path: findForeignPath(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ path }) => path !== undefined)
  expect(found).toEqual([])
})

test.each([
  ["readFileSync('/home/ann/rules.yaml')", true],
  ['cd /Users/ann/src', true],
  ['"C:\\Users\\ann"', true],
  [`new URL('../../../${neighbour}/facts.md', import.meta.url)`, true],
  ['source /root/.profile', true],
  [`${root}src/index.ts`, true],
  ['https://example.com/home/ann/', false],
  ['./home/ann/x', false],
  ["import { x } from '../shared.ts'", false],
  ['~/src', false],
])('reading %s', (text, foreign) => {
  expect(findForeignPath(text) !== undefined).toBe(foreign)
})

test('the lock names no download address, and an integrity for every package', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; integrity?: string }>
  }
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '')
  expect(packages.length).toBeGreaterThan(50)
  expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  expect(packages.filter(([, { integrity }]) => integrity === undefined)).toEqual([])
})

test('the lock names every platform of a package that has one build for each', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const names = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').pop()))
  const missing = Object.values(lock.packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !names.has(name))
  expect(missing).toEqual([])
})
