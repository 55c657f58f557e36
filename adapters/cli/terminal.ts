/** What a command has of the world outside: two streams to write to, one to read, the environment. */
import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'

/** The styles in use; `styleText` knows more. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** One stream to write text to. */
export interface Output {
  readonly stream: Writable
  /** Writes the text as it is. */
  write(text: string): void
  /** `text` in that style where the stream is a terminal, else as it is. */
  style(style: Style, text: string): string
}

/** The world outside of a command. */
export interface Terminal {
  /** For results, and for access records: what a pipe is meant to carry on. */
  readonly out: Output
  /** For everything else. */
  readonly err: Output
  readonly input: Readable
  readonly env: NodeJS.ProcessEnv
}

/**
 * Whether a stream failed for any other reason than a reader that had enough (`| head`), which is
 * no failure of ours.
 */
export interface OutputFailure {
  readonly failed: boolean
}

/**
 * The terminal of this process. A pipe that closes must end no command by an exception, a serving
 * one least of all, so errors of both streams are taken here; `failure` tells of them.
 */
export function processTerminal(): {
  readonly terminal: Terminal
  readonly failure: OutputFailure
} {
  const failure = { failed: false }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') failure.failed = true
    })
  }
  const terminal: Terminal = {
    out: streamOutput(process.stdout),
    err: streamOutput(process.stderr),
    input: process.stdin,
    env: process.env,
  }
  return { terminal, failure }
}

/** `stream` as an output; NO_COLOR, FORCE_COLOR and TERM are obeyed as Node does it. */
export function streamOutput(stream: NodeJS.WriteStream | Writable): Output {
  return {
    stream,
    write: (text) => void stream.write(text),
    style: (style, text) => styleText(style, text, { stream }),
  }
}
