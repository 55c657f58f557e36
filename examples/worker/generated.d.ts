/** What wrangler's build command writes beside this file: the compiled rules. */
declare module '*/rules.generated.json' {
  // A module that a pattern names takes no import statement.
  // oxlint-disable-next-line typescript/consistent-type-imports
  const rules: import('postern').Bundle
  export default rules
}
