/** What wrangler's build command writes beside this file. */

/** The rules as text: a module of wrangler's type Text, parsed once by the Worker. */
declare module '*/bundle.generated.json' {
  const text: string
  export default text
}

/** The regular-expression engine, bundled from `src/regex/engine.ts`. */
declare module '*/patterns.generated.js' {
  // A module that a pattern names takes no import statement.
  // oxlint-disable-next-line typescript/consistent-type-imports
  export const loadPatternCompiler: typeof import('../../src/regex/engine.ts').loadPatternCompiler
}
