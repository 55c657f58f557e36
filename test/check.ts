/**
 * What can be said about the code without running it: its format, lint, types and the order of its
 * folders. All at once, because each is one process that waits for nobody.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Check {
  readonly name: string
  readonly command: string
}

const checks: readonly Check[] = [
  { name: 'format', command: 'oxfmt --check' },
  { name: 'lint', command: 'oxlint --deny-warnings --report-unused-disable-directives' },
  { name: 'types', command: 'tsc -b' },
  { name: 'folders', command: 'node test/architecture/main.ts' },
]

interface Result extends Check {
  readonly passed: boolean
  readonly seconds: string
  readonly output: string
}

async function run({ name, command }: Check): Promise<Result> {
  const startedAtMs = performance.now()
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  // npm puts the folder of these commands on PATH; on Windows only a shell finds them there.
  const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const passed = await new Promise<boolean>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code) => {
      done(code === 0)
    })
  })
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
  return { name, command, passed, seconds, output }
}

const results = await Promise.all(checks.map(run))
for (const { name, command, passed, seconds, output } of results) {
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${command}, ${seconds} s)`)
  if (!passed) console.log(output.trimEnd())
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1
