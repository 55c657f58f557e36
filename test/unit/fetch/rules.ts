/** Rules of a routes.json to a Bundle, as every command makes it. */
import { buildRules } from '../../../adapters/rules/build.ts'
import type { Bundle } from '../../../src/model/bundle.ts'

/** The Bundle; throws the findings where the rules are refused. */
export function bundleOf(routesFile: unknown): Bundle {
  const { bundle, findings } = buildRules({
    files: [{ name: 'routes.json', text: JSON.stringify(routesFile) }],
    findings: [],
    digest: '',
    options: { sources: ['-'], className: 'postern', services: [], sockets: undefined },
  })
  if (bundle === undefined) throw new Error(JSON.stringify(findings))
  return bundle
}
