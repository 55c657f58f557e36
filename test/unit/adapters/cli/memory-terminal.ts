/** A terminal in memory, and the command line run with it. */
import { Readable, Writable } from 'node:stream'
import { runCommandLine } from '../../../../adapters/cli/main.ts'
import type { Output, Terminal } from '../../../../adapters/cli/terminal.ts'

/** How a command ended. */
export interface Ending {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `postern` with `args` in this process; `input` is what standard input holds. */
export async function run(args: readonly string[], input = ''): Promise<Ending> {
  const out: string[] = []
  const err: string[] = []
  const terminal: Terminal = {
    out: memoryOutput(out),
    err: memoryOutput(err),
    input: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    env: {},
  }
  const code = await runCommandLine(args, terminal)
  return { code, out: out.join(''), err: err.join('') }
}

/** An output that keeps what is written, without styles. */
export function memoryOutput(written: string[]): Output {
  return {
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString())
        done()
      },
    }),
    write: (text) => void written.push(text),
    style: (_style, text) => text,
  }
}
