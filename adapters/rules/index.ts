/** What `postern/rules` offers: rules from files to a Bundle, on Node. */
export { buildRules, isAcceptable, type RuleCounts, type RulesResult } from './build.ts'
export { loadRules, readStandardInput, type RulesInput, type StandardInput } from './load.ts'
export type { RulesOptions } from './options.ts'
