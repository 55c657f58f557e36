/**
 * Rules to actions. Owns defaults and what becomes of rules that cannot be carried out; equal
 * actions are one object, so that a million routes share a few.
 */
import type { Finding } from '../errors.ts'
import type { Action, WeightedBackend } from '../model/bundle.ts'
import type { BackendRef, Filter, NetworkPolicy, RouteRule, Timeouts } from '../model/manifest.ts'
import { DEFAULT_TIMEOUTS } from '../model/timeouts.ts'
import type { ClusterRegistry } from './clusters.ts'
import { createFinding } from './finding.ts'

/** Makes actions. */
export interface ActionCompiler {
  /** What a rule does. */
  ofRule(rule: RouteRule): Action
  /** What a rule does that cannot be read as a whole: its policy holds, the rest is 500. */
  ofInvalidRule(rule: RouteRule): Action
  /** Everything to one backend. */
  ofBackend(backend: BackendRef): Action
}

const NO_FILTERS: readonly Filter[] = []

/** Answers 500 `invalid_backend`, as a rule must that has neither backend nor redirect. */
const NO_BACKEND: WeightedBackend = { ref: '', weight: 1 }

/** A compiler that takes clusters from `clusters`. */
export function createActionCompiler(
  clusters: ClusterRegistry,
  findings: Finding[],
): ActionCompiler {
  const known = new Map<string, Action>()
  const share = (action: Action): Action => {
    const key = actionKey(action)
    const first = known.get(key)
    if (first === undefined) known.set(key, action)
    return first ?? action
  }
  const backendOf = (ref: BackendRef): WeightedBackend => compileBackend(ref, clusters)
  const ofInvalidRule = ({ policy, timeouts }: RouteRule): Action =>
    share({
      filters: NO_FILTERS,
      backends: [],
      ...policyOf(policy),
      timeouts: fillTimeouts(timeouts),
      invalid: true,
    })
  return {
    ofRule: (rule) => {
      if (rule.invalid) return ofInvalidRule(rule)
      checkBackends(rule, findings)
      const backends = rule.backends.map(backendOf)
      return share({
        filters: rule.filters.length === 0 ? NO_FILTERS : rule.filters,
        backends: backends.length === 0 && !isAnswered(rule) ? [NO_BACKEND] : backends,
        ...policyOf(rule.policy),
        timeouts: fillTimeouts(rule.timeouts),
      })
    },
    ofInvalidRule,
    ofBackend: (ref) =>
      share({ filters: NO_FILTERS, backends: [backendOf(ref)], timeouts: DEFAULT_TIMEOUTS }),
  }
}

/** The policy as an optional field: one that says nothing is left out. */
export function policyOf(policy: NetworkPolicy | undefined): { readonly policy?: NetworkPolicy } {
  if (policy === undefined || (policy.deny.length === 0 && policy.allow.length === 0)) return {}
  return { policy }
}

function fillTimeouts(timeouts: Timeouts): Required<Timeouts> {
  const { connectMs, firstByteMs, idleMs, totalMs } = { ...DEFAULT_TIMEOUTS, ...timeouts }
  const isDefault =
    connectMs === DEFAULT_TIMEOUTS.connectMs &&
    firstByteMs === DEFAULT_TIMEOUTS.firstByteMs &&
    idleMs === DEFAULT_TIMEOUTS.idleMs &&
    totalMs === DEFAULT_TIMEOUTS.totalMs
  return isDefault ? DEFAULT_TIMEOUTS : { connectMs, firstByteMs, idleMs, totalMs }
}

function compileBackend(ref: BackendRef, clusters: ClusterRegistry): WeightedBackend {
  const cluster = clusters.clusterOf(ref)
  return {
    ref: ref.ref,
    ...(cluster === undefined ? {} : { cluster }),
    weight: ref.weight,
    ...(ref.filters.length === 0 ? {} : { filters: ref.filters }),
  }
}

/** Whether a filter answers, so that no backend is asked. */
function isAnswered(rule: RouteRule): boolean {
  return rule.filters.some((filter) => filter.type === 'RequestRedirect')
}

function checkBackends(rule: RouteRule, findings: Finding[]): void {
  const { backends, origin } = rule
  if (backends.length === 0 && !isAnswered(rule)) {
    findings.push(
      createFinding(origin, {
        severity: 'error',
        code: 'missing-backend',
        message: 'rule has neither a backend nor a redirect and answers 500',
        remedy: 'name a backend, or add a RequestRedirect filter',
      }),
    )
  }
  // Gateway API gives a weight of 0 no traffic and leaves open what all of them together get. No
  // backend may be sent anything, so none is available: 503 `no_endpoint`.
  if (backends.length > 0 && backends.every((backend) => backend.weight === 0)) {
    findings.push(
      createFinding(origin, {
        severity: 'warning',
        code: 'zero-weight',
        message: 'all backends of the rule have weight 0, so that it answers 503',
        value: '0',
        remedy: 'give at least one backend a weight above 0',
      }),
    )
  }
}

/** Injective text of an action. Nearly all have the short form, which costs no serialisation. */
function actionKey(action: Action): string {
  const { filters, backends, policy, timeouts, invalid } = action
  const only = backends.length === 1 ? backends[0] : undefined
  const isPlain =
    only !== undefined &&
    only.filters === undefined &&
    filters.length === 0 &&
    policy === undefined &&
    invalid === undefined &&
    timeouts === DEFAULT_TIMEOUTS
  // The length keeps the two texts apart; a JSON array never begins with a digit.
  return isPlain
    ? `${only.weight} ${only.cluster?.length ?? -1} ${only.cluster ?? ''}${only.ref}`
    : JSON.stringify([filters, backends, policy, timeouts, invalid])
}
