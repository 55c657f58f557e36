/** What a command of the command line is: its words, its options, and what it does. */
import type { Terminal } from './terminal.ts'
import type { UsageMistake } from './usage.ts'

/** How the command ended, as the shell sees it. */
export const EXIT = {
  ok: 0,
  /** The rules are wrong, or what was asked for could not be done. */
  failed: 1,
  /** Called wrongly; nothing was done. */
  usage: 2,
} as const

/** One option of a command. */
export interface OptionSpec {
  /** Without dashes. */
  readonly name: string
  /** One letter. */
  readonly short?: string
  /** What stands for the value in help, `FILE`; an option without one takes no value. */
  readonly value?: string
  /** Whether it may be given more than once. */
  readonly repeatable?: boolean
  /** One line of help. */
  readonly text: string
}

/** A line that can be typed, with what it does. */
export interface Example {
  readonly line: string
  readonly text: string
}

/** A command. */
export interface Command {
  readonly name: string
  /** What it does, for the list of commands. */
  readonly summary: string
  /** What follows the name: `[options] URL`. */
  readonly usage: string
  readonly options: readonly OptionSpec[]
  /** Arguments beside options, at most. */
  readonly maxArguments: number
  /** Whole sentences, each a line or more, below the usage. */
  readonly about: string
  readonly examples: readonly Example[]
  /** Gives the exit code, or what was wrong with the call. */
  run(call: CommandCall, terminal: Terminal): Promise<number | UsageMistake>
}

/** How the command was called; every name is one of its options. */
export interface CommandCall {
  /** Whether an option without value was given. */
  has(name: string): boolean
  /** The last value given; `undefined` when the option was not. */
  value(name: string): string | undefined
  /** Every value given, in order. */
  values(name: string): readonly string[]
  /** What was given beside options. */
  readonly rest: readonly string[]
}
