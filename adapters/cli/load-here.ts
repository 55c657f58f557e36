/** Reads rules in this thread, for commands that end when they have told what they found. */
import { loadRules, readStandardInput, type RulesInput, type StandardInput } from '../rules/load.ts'
import { STANDARD_INPUT, type RulesOptions } from '../rules/options.ts'
import type { Terminal } from './terminal.ts'

/** The rules that `options` name, read. */
export async function loadHere(options: RulesOptions, terminal: Terminal): Promise<RulesInput> {
  return loadRules(options, await readPiped(options, terminal))
}

/** Standard input where `-` is among the sources; read once, since it is gone afterwards. */
export async function readPiped(
  options: RulesOptions,
  { input }: Terminal,
): Promise<StandardInput | undefined> {
  return options.sources.includes(STANDARD_INPUT) ? await readStandardInput(input) : undefined
}
