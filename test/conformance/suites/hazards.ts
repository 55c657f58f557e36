/** Hostile and odd bytes of both sides, the fixture they are sent to, and who the client is. */
import { isTokenName } from '../../../src/fields.ts'
import { request, type RequestCase, type ScriptStep, type WireCase } from '../case.ts'
import type { Capability } from '../capabilities.ts'
import { hazardRules } from './hazard-rules.ts'
import { readCases } from './objects.ts'

/** Latin1 text, in parts. */
type Bytes = string | readonly (string | { readonly repeat: string; readonly times: number })[]

interface Step {
  readonly send?: Bytes
  readonly waitMs?: number
  readonly dripMs?: number
  readonly bytes?: string
  readonly times?: number
  readonly rst?: boolean
  readonly fin?: boolean
  readonly connectOnly?: boolean
}

/** A case as its file has it. */
export interface Hazard {
  readonly id: string
  readonly group: string
  readonly outcome: string
  readonly also?: readonly string[]
  readonly source: string
  readonly note?: string
  /** Ids of the hazards that it is about. */
  readonly covers: readonly string[]
  readonly needs?: readonly Capability[]
  readonly haste?: number
  readonly raw?: Bytes
  readonly steps?: readonly Step[]
  readonly request?: Bytes
  readonly upstreamRaw?: Bytes | null
  readonly then?: NonNullable<WireCase['upstream']>['afterwards']
  readonly up?: number
  readonly upMax?: number
  readonly upName?: string
  readonly upPath?: string
  readonly upAttempts?: number
  readonly upMaxConcurrent?: number
  readonly upClosed?: boolean
  readonly neverUpstreamPath?: string
  readonly absent?: readonly string[]
  readonly present?: readonly string[]
  readonly method?: string
  readonly body?: string
  readonly withinMs?: number
  readonly patienceMs?: number
}

/** A case about who the client is. */
interface ClientHazard extends Hazard {
  readonly peer: string | null
  readonly trust: readonly string[] | { readonly hops: number }
  readonly addressSource?: string
  readonly headers: readonly (readonly [string, string])[]
  readonly clientIp: string | null
  readonly alsoClientIp?: readonly (string | null)[]
}

/** What a file of hazards holds. */
export interface HazardFile<T = Hazard> {
  readonly cases: readonly T[]
}

/** Groups in which a refusal leaves in doubt where the next request begins. */
const FRAMING: ReadonlySet<string> = new Set(['framing', 'chunked-coding'])

const WIRE_FILES = ['hazards-requests', 'hazards-responses', 'hazards-later', 'postern-bytes']

/** Cases in bytes: requests, responses, and those that wait for a capability. */
export function wireHazards(): WireCase[] {
  return WIRE_FILES.flatMap((name) => {
    const { cases } = readCases(name) as HazardFile // the file's own shape
    return cases.map(toWireCase)
  })
}

function toWireCase(hazard: Hazard): WireCase {
  const { id, note, source, group, outcome, also = [], needs = [], haste = 1 } = hazard
  const { upstreamRaw, then = 'keep' } = hazard
  const scripted = upstreamRaw !== undefined
  return {
    type: 'wire',
    id,
    text: `${outcome} (${note ?? source})`,
    rules: hazardRules(scripted ? { impatient: true } : {}),
    needs: [...needs, 'raw-bytes', ...(scripted ? (['raw-upstream'] as const) : [])],
    script: toScript(hazard),
    ...(scripted ? { upstream: { bytes: joinBytes(upstreamRaw ?? ''), afterwards: then } } : {}),
    outcome,
    also,
    // What it says beside its bytes and its outcome are checks of the same names.
    checks: { ...hazard, ...expectedCount(hazard), ...scaled(hazard), framing: FRAMING.has(group) },
    haste,
  }
}

/** Of a script with several requests every one has to be served, unless it says otherwise. */
function expectedCount({ up, steps = [], then }: Hazard): { readonly up?: number } {
  if (typeof then === 'object') return { up: 2 }
  const asked = steps.filter(({ send }) => send !== undefined && isRequest(joinBytes(send))).length
  return up !== undefined || asked < 2 ? {} : { up: asked }
}

/** A case in haste has less time by the same measure. */
function scaled({ withinMs, haste = 1 }: Hazard): { readonly withinMs?: number } {
  return withinMs === undefined ? {} : { withinMs: withinMs / haste }
}

function isRequest(bytes: string): boolean {
  return /^[A-Z]+ [^ ]+ HTTP\/1/.test(bytes)
}

function toScript({ raw, request: asked, steps = [], then }: Hazard): ScriptStep[] {
  const sent = raw ?? asked
  if (sent === undefined) return steps.flatMap(toSteps)
  const send: ScriptStep = { type: 'send', bytes: joinBytes(sent) }
  // Bytes that come late are met by a second request.
  if (typeof then !== 'object') return [send]
  return [send, { type: 'wait', ms: 3 * then.afterMs }, send]
}

function toSteps({ send, waitMs, dripMs, bytes, times, rst, fin }: Step): ScriptStep[] {
  if (send !== undefined) return [{ type: 'send', bytes: joinBytes(send) }]
  if (waitMs !== undefined) return [{ type: 'wait', ms: waitMs }]
  if (rst === true) return [{ type: 'reset' }]
  if (fin === true) return [{ type: 'finish' }]
  if (dripMs === undefined) return []
  return [{ type: 'drip', ms: dripMs, bytes: bytes ?? '', times: times ?? 1 }]
}

function joinBytes(bytes: Bytes): string {
  if (typeof bytes === 'string') return bytes
  return bytes
    .map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times)))
    .join('')
}

/** Cases about the client's address, which ask for what `explain` and the log call the client. */
export function clientAddressHazards(): RequestCase[] {
  const { cases } = readCases('hazards-client-address') as HazardFile<ClientHazard> // the file's own shape
  return cases.map((hazard) => {
    const { id, note, source, peer, headers, clientIp, alsoClientIp = [], trust } = hazard
    const spelt = headers.every(([name]) => isTokenName(name))
    return {
      type: 'request',
      id,
      text: `client ${clientIp} (${note ?? source})`,
      rules: hazardRules({
        clientAddress: {
          ...('hops' in trust ? trust : { trust }),
          ...(hazard.addressSource === undefined ? {} : { source: hazard.addressSource }),
        },
      }),
      needs: hazard.needs ?? [],
      request: request({ path: '/ip', host: 'app.test', peer, headers }),
      expect: {
        // A name that is no token is refused where bytes are parsed; then there is no client.
        status: spelt ? [200] : [200, 400],
        clientIp: spelt ? [clientIp, ...alsoClientIp] : [clientIp, null],
        backend: { headers: clientIp === null ? {} : { 'X-Real-IP': '*' } },
      },
    }
  })
}
