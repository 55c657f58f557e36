/** What a kind of thing looks like in `get`: the same items as table and as JSON. */
import type { BuiltRules } from './built-rules.ts'

/** One column of the table. */
export interface Column {
  /** Upper-case. */
  readonly title: string
  /** Shown with `-o wide` alone. */
  readonly wide?: true
}

/** One row. */
export interface Item {
  /** One for each column. */
  readonly cells: readonly string[]
  /** The same for programs, with everything there is. */
  readonly json: unknown
}

/** All of it. */
export interface Shown {
  readonly columns: readonly Column[]
  readonly items: readonly Item[]
  /** What is said in the place of an empty table. */
  readonly empty: string
}

/** Shows one kind of thing of `rules`; `nowMs` is for ages. */
export type View = (rules: BuiltRules, nowMs: number) => Shown
