/** Every case there is, and the rule that no two bear one name. */
import type { Case, RequestCase, RulesCase, TrafficCase } from '../case.ts'
import { clientAddressHazards, wireHazards } from './hazards.ts'
import { documentHazards } from './hazard-documents.ts'
import { hostnameCases } from './hostnames.ts'
import { httpRouteCases } from './http-route.ts'
import { ingressControllerCases } from './ingress-controller.ts'
import { ownCases } from './own.ts'
import { pathTypeCases } from './path-types.ts'
import { precedenceCases } from './precedence.ts'

/** Cases whose requests stand in parts. */
export function requestCases(): RequestCase[] {
  return [
    ...pathTypeCases(),
    ...hostnameCases(),
    ...ingressControllerCases(),
    ...precedenceCases(),
    ...httpRouteCases(),
    ...clientAddressHazards(),
    ...ownCases(),
  ]
}

/** Cases that send something. */
export function trafficCases(): TrafficCase[] {
  return [...requestCases(), ...wireHazards()]
}

/** Cases about rules alone. */
export function rulesCases(): RulesCase[] {
  return documentHazards()
}

/** All of them. Throws where two have one id. */
export function allCases(): Case[] {
  const cases = [...trafficCases(), ...rulesCases()]
  const ids = new Set<string>()
  for (const { id } of cases) {
    if (ids.has(id)) throw new Error(`two cases are called ${id}`)
    ids.add(id)
  }
  return cases
}
