/**
 * Steps 5 to 8 of a request's way as one re-entrant object: filters, pick, attempts, relay, record.
 * It decides and remembers; bytes and clocks belong to the engine that drives it.
 */
import { ERRORS, type Reason } from '../errors.ts'
import type {
  AccessRecord,
  AttemptStep,
  AttemptTimeouts,
  EndOutcome,
  EndpointAddress,
  Exchange,
  ExchangeEvent,
  LocalResponse,
  MessageSide,
  Outcome,
  RespondStep,
  Step,
} from '../exchange.ts'
import { forwardableResponseFields, forwardableTrailers } from '../fields.ts'
import { applyRequestFilters, applyResponseFilters } from '../filters/chain.ts'
import type { RequestDraft } from '../filters/draft.ts'
import { fieldValue, type Fields, type ResponseHead } from '../head.ts'
import { pickEndpoint } from '../upstream/cluster.ts'
import { isRetriable, MAX_ATTEMPTS } from '../upstream/retry.ts'
import { pickWeighted } from '../upstream/weights.ts'
import { asteriskResponse, errorResponse, redirectResponse } from './answer.ts'
import type { Decision } from './decide.ts'
import type { LinkedBackend } from './linked-host.ts'
import { createOutbound, finishHead, type Outbound } from './outbound.ts'
import { accessRecord, type Progress } from './record.ts'
import type { Runtime } from './runtime.ts'

/** What the endpoint says it sends counts, not what the client asked for. */
function isEventStream(head: ResponseHead): boolean {
  return (
    fieldValue(head.fields, 'content-type')?.toLowerCase().startsWith('text/event-stream') === true
  )
}

/** The exchange of the gateway; see `Exchange` for its contract. */
export class GatewayExchange implements Exchange {
  readonly #decision: Decision
  readonly #runtime: Runtime
  readonly #progress: Progress
  readonly #tried: EndpointAddress[] = []
  #outbound: Outbound | undefined
  #backend: LinkedBackend | undefined
  #attemptStartedMs = 0
  #ended = false

  constructor(decision: Decision, runtime: Runtime, progress: Progress) {
    this.#decision = decision
    this.#runtime = runtime
    this.#progress = progress
  }

  next(event: ExchangeEvent): Step {
    if (this.#ended) return this.#fail('internal_error', 'the exchange has ended')
    switch (event.type) {
      case 'start':
        return this.#start()
      case 'failed':
        return this.#afterFailure(event.outcome)
      case 'head':
        return this.#afterHead(event.head)
      case 'result':
      case 'elapsed':
        return this.#fail('internal_error', `unexpected event ${event.type}`)
      default:
        return event satisfies never
    }
  }

  interim(head: ResponseHead): ResponseHead | undefined {
    // 100 answers the client's own Expect, 103 carries hints; anything else (102 and unknown codes)
    // is passed on as RFC 9110 §15.2 asks. 101 is never interim.
    if (head.status < 100 || head.status > 199 || head.status === 101) return undefined
    const fields: string[] = []
    forwardableResponseFields(head.fields, fields)
    return { status: head.status, reason: head.reason, fields }
  }

  trailers(side: MessageSide, fields: Fields): Fields {
    return forwardableTrailers(side, fields)
  }

  end(outcome: EndOutcome): AccessRecord {
    this.#ended = true
    if (outcome.failure !== undefined) this.#note(outcome.failure.reason, outcome.failure.detail)
    const { timestamps, monotonic } = this.#runtime
    return accessRecord(this.#decision, this.#progress, {
      outcome,
      endedMs: monotonic(),
      time: timestamps.format(this.#progress.startedAtMs),
    })
  }

  #start(): Step {
    const { refusal, asterisk, action } = this.#decision
    if (refusal !== undefined) return this.#fail(refusal.reason, refusal.detail, refusal.close)
    if (asterisk) return this.#respond(asteriskResponse(this.#progress.requestId))
    const outbound = createOutbound(this.#decision)
    if (outbound === undefined || action === undefined) {
      return this.#fail('internal_error', 'nothing was decided')
    }
    this.#outbound = outbound
    const answer = this.#filter(outbound.draft, action.filters)
    if (answer !== undefined) return answer
    const backend = pickWeighted(action.backends, this.#runtime.random)
    if (backend === undefined) {
      return action.backends.length === 0
        ? this.#fail('invalid_backend', 'the rule names no backend')
        : this.#fail('no_endpoint', 'every weight is 0')
    }
    this.#backend = backend
    this.#progress.backend = backend.ref
    if (backend.cluster === undefined) {
      return this.#fail('invalid_backend', `${backend.ref} cannot be resolved`)
    }
    backend.cluster.state.budget.deposit()
    backend.cluster.state.usedAtMs = this.#progress.startedMs
    return this.#filter(outbound.draft, backend.filters) ?? this.#attempt(outbound, backend)
  }

  #filter(
    draft: RequestDraft,
    filters: Parameters<typeof applyRequestFilters>[1],
  ): RespondStep | undefined {
    const verdict = applyRequestFilters(draft, filters)
    if (verdict === undefined) return undefined
    if (verdict.type === 'loop') {
      return this.#fail('loop_detected', 'the redirect points at the request itself')
    }
    const { status, location } = verdict
    return this.#respond(redirectResponse(status, location, this.#progress.requestId))
  }

  #attempt(outbound: Outbound, backend: LinkedBackend): Step {
    const { cluster } = backend
    const { admitted, action } = this.#decision
    const endpoint = cluster && pickEndpoint(cluster, this.#tried)
    if (endpoint === undefined || cluster === undefined || admitted === undefined || !action) {
      return this.#fail('no_endpoint', `${backend.ref} has no endpoint`)
    }
    const nowMs = this.#runtime.monotonic()
    this.#tried.push(endpoint)
    this.#attemptStartedMs = nowMs
    this.#progress.attempts++
    this.#progress.endpoint = endpoint.url
    const head = finishHead(this.#decision, outbound, {
      endpoint,
      host: cluster.cluster.host,
      requestId: this.#progress.requestId,
    })
    return {
      type: 'attempt',
      endpoint,
      head,
      timeouts: this.#timeouts(action.timeouts, nowMs),
      limits: { maxRequestBytes: 0 },
      replayBytes: 0,
      upgrade: admitted.upgrade,
      mirrors: [],
    } satisfies AttemptStep
  }

  #timeouts(configured: AttemptTimeouts, nowMs: number): AttemptTimeouts {
    const { totalMs } = configured
    if (totalMs === 0) return configured
    if (this.#isEndless()) return { ...configured, totalMs: 0 }
    // 0 would mean no timeout, so what has run out is one millisecond.
    return { ...configured, totalMs: Math.max(1, totalMs - (nowMs - this.#progress.startedMs)) }
  }

  /** What may rightly last for hours from the first moment: a tunnel, and gRPC. */
  #isEndless(): boolean {
    const { admitted, head } = this.#decision
    if (admitted?.upgrade !== undefined) return true
    return fieldValue(head?.fields ?? [], 'content-type')?.startsWith('application/grpc') === true
  }

  #afterFailure(outcome: Outcome): Step {
    const method = this.#decision.admitted?.method ?? ''
    const outbound = this.#outbound
    const backend = this.#backend
    if (
      outbound !== undefined &&
      backend?.cluster !== undefined &&
      this.#tried.length < MAX_ATTEMPTS &&
      !this.#totalTimeElapsed() &&
      isRetriable(outcome, method) &&
      backend.cluster.state.budget.withdraw()
    ) {
      return this.#attempt(outbound, backend)
    }
    const close = outcome.side === 'client' || !outcome.replayable
    return this.#fail(outcome.reason, outcome.detail, close)
  }

  #totalTimeElapsed(): boolean {
    const totalMs = this.#decision.action?.timeouts.totalMs ?? 0
    return totalMs > 0 && this.#runtime.monotonic() - this.#progress.startedMs >= totalMs
  }

  #afterHead(head: ResponseHead): Step {
    // The engine lets a 101 through only where the attempt asked for one.
    if ((head.status < 200 && head.status !== 101) || head.status > 599) {
      return this.#fail('upstream_invalid', `the endpoint answered with status ${head.status}`)
    }
    const upstreamMs = Math.max(0, this.#runtime.monotonic() - this.#attemptStartedMs)
    this.#progress.upstreamMs = upstreamMs
    this.#progress.status = head.status
    return {
      type: 'relay',
      head: { status: head.status, reason: head.reason, fields: this.#responseFields(head) },
      tunnel: head.status === 101,
      endless: isEventStream(head),
    }
  }

  #responseFields(head: ResponseHead): string[] {
    let fields: string[] = []
    forwardableResponseFields(head.fields, fields)
    // Before the filters, so that a rule which sets or removes one of them has the last word.
    if (fieldValue(fields, 'server') === undefined) fields.push('Server', 'postern')
    fields.push('X-Envoy-Upstream-Service-Time', String(Math.round(this.#progress.upstreamMs ?? 0)))
    const { action } = this.#decision
    if (action !== undefined && action.filters.length > 0) {
      fields = applyResponseFilters(fields, action.filters)
    }
    if (this.#backend !== undefined && this.#backend.filters.length > 0) {
      fields = applyResponseFilters(fields, this.#backend.filters)
    }
    return fields
  }

  #fail(reason: Reason, detail: string | undefined, close = false): RespondStep {
    this.#note(reason, detail)
    const body = errorResponse(reason, this.#progress.requestId)
    return this.#respond(body, close || ERRORS[reason].status === 413)
  }

  #respond(response: LocalResponse, close = false): RespondStep {
    this.#progress.status = response.status
    return { type: 'respond', response, requestBody: close ? 'close' : 'drain' }
  }

  /** The first reason stays: what follows from it explains nothing. */
  #note(reason: Reason, detail: string | undefined): void {
    if (this.#progress.reason !== undefined) return
    this.#progress.reason = reason
    this.#progress.detail = detail
  }
}
