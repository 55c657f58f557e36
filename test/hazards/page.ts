/** Writes the page about hazards out of what tests them. */
import {
  CAPABILITIES,
  findMissing,
  SECOND_CHOICES,
  type TargetName,
} from '../conformance/capabilities.ts'
import { rulesCases, trafficCases } from '../conformance/suites/all.ts'
import type { Coverage } from './coverage.ts'

/** Where the page is, relative to the root. */
export const PAGE = 'docs/hazards.md'

/** Cases named in a row; the others are counted. */
const SHOWN_CASES = 6

/** The page, in Markdown. */
export function writePage(coverage: readonly Coverage[]): string {
  const open = coverage.filter(({ cases, files }) => cases.length + files.length === 0)
  const names = Object.keys(CAPABILITIES) as TargetName[] // its own keys
  return `# Hazards

What makes a reverse proxy dangerous, and what tests that postern is not. The families are H for
HTTP itself, F for forwarding, C for the client's address and policy, G for rules, secrets and
control, O for operation. This page is generated: \`node test/hazards/main.ts\` writes it, and a test
fails when it is stale or when a hazard has neither a test nor the name of what it waits for.

${coverage.length - open.length} of ${coverage.length} hazards have tests.

## Conformance

Every case is one test in \`test/conformance\`. A case that a target cannot run names the capability
it lacks. A case about bytes has one outcome that is preferred and may have others that are
accepted; anything else fails.

| target | cases run | skipped | about bytes | preferred outcome |
|---|---|---|---|---|
${names.map(targetRow).join('\n')}

Besides, ${rulesCases().filter(({ needs }) => needs.length === 0).length} sets of rules are built, most of them to be refused, each refusal with a twin that is accepted.
Accepted, but not preferred: ${names.flatMap((name) => SECOND_CHOICES[name].map((id) => `${id} (${name})`)).join(', ')}.

## Table

| id | hazard | state | tested by |
|---|---|---|---|
${coverage.map(hazardRow).join('\n')}
`
}

function targetRow(name: TargetName): string {
  const cases = trafficCases()
  const skips = cases
    .map(({ needs }) => findMissing(name, needs))
    .filter((one) => one !== undefined)
  const reasons = [...new Set(skips)]
    .sort()
    .map((need) => `${skips.filter((one) => one === need).length} ${need}`)
  const run = cases.filter(({ needs }) => findMissing(name, needs) === undefined)
  const wire = run.filter(({ type }) => type === 'wire').length
  const preferred = wire - SECOND_CHOICES[name].length
  const share = wire === 0 ? '' : `${preferred} (${((100 * preferred) / wire).toFixed(1)} %)`
  return `| ${name} | ${run.length} | ${reasons.join(', ')} | ${wire} | ${share} |`
}

function hazardRow({ hazard, cases, files, waiting }: Coverage): string {
  const tested = cases.length + files.length > 0
  const rest = waiting.join(', ')
  const more = rest === '' ? 'covered' : `covered; more with ${rest}`
  const state = tested ? more : `not yet: ${rest}`
  const shown = cases.slice(0, SHOWN_CASES).join(', ')
  const left = cases.length - SHOWN_CASES
  const listed = left > 0 ? `${shown} and ${left} more` : shown
  const links = files.map((file) => `[${file.replace(/^test\//, '')}](../${file})`)
  const by = [...(listed === '' ? [] : [listed]), ...links].join('; ')
  return `| ${hazard.id} | ${hazard.text} | ${state} | ${by} |`
}
