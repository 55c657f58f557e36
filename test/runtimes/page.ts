/** Writes the page about runtimes out of the table that rules are checked against and the cases. */
import {
  CAPABILITIES,
  LACKS,
  type Capability,
  type RuntimeName,
} from '../../src/compile/capabilities.ts'
import { DIFFERENCES, findSkip } from '../conformance/capabilities.ts'
import { trafficCases } from '../conformance/suites/all.ts'

/** Where the page is, relative to the root. */
export const PAGE = 'docs/runtimes.md'

const RUNTIMES = ['node', 'fetch', 'worker'] as const satisfies readonly RuntimeName[]

/** The page, in Markdown. */
export function writePage(): string {
  const capabilities = Object.keys(CAPABILITIES) as Capability[] // its own keys
  return `# Runtimes

The same rules give the same answers as a Node service (\`node\`), embedded in a fetch-style server
(\`fetch\`, here behind @hono/node-server) and as a Worker in workerd (\`worker\`). Where a runtime
cannot do what rules or requests may ask, it lacks a capability by name. \`postern check --target\`
makes rules that need it an error, and no conformance case is left out for another reason. This page
is generated: \`node test/runtimes/main.ts\` writes it, and a test fails when it is stale.

## Cases

| runtime | cases run | left out for the runtime | left out for what postern lacks everywhere |
|---|---|---|---|
${RUNTIMES.map(runtimeRow).join('\n')}

## Capabilities

A cell says what of the capability there is: yes, or no with the number of cases that are left out
for it. Without \`keep-host\`, all other cases look for the client's host in \`X-Forwarded-Host\`.

| capability | what a runtime that has it does | node | fetch | worker |
|---|---|---|---|---|
${capabilities.map(capabilityRow).join('\n')}

## Why

${RUNTIMES.map(reasons).join('\n\n')}
`
}

function runtimeRow(runtime: RuntimeName): string {
  const cases = trafficCases()
  const skipped = cases.filter((one) => findSkip(runtime, one) !== undefined)
  const own = skipped.filter(({ id }) => DIFFERENCES.get(id)?.[runtime] !== undefined).length
  return `| ${runtime} | ${cases.length - skipped.length} | ${own} | ${skipped.length - own} |`
}

function capabilityRow(capability: Capability): string {
  const cells = RUNTIMES.map((runtime) => {
    if (!Object.hasOwn(LACKS[runtime], capability)) return 'yes'
    const count = trafficCases().filter((one) => findSkip(runtime, one) === capability).length
    return count === 0 ? 'no' : `no (${count})`
  })
  return `| \`${capability}\` | ${CAPABILITIES[capability]} | ${cells.join(' | ')} |`
}

function reasons(runtime: RuntimeName): string {
  const lines = Object.entries(LACKS[runtime]).map(([name, why]) => `- \`${name}\`: ${why}`)
  return `### ${runtime}\n\n${lines.join('\n')}`
}
