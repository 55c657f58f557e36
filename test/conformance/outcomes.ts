/**
 * What each class of outcome means, as a question to what was observed. The classes are the
 * vocabulary of the hazard cases; a case names the one preferred and others that are accepted.
 */
import type { Fields } from '../../src/head.ts'
import type { WireCase } from './case.ts'
import type { ReceivedRequest, WireObservation } from './target.ts'
import { clientRequest, isEndToEnd, scriptedResponse } from './wire/originals.ts'

/** What is wrong with the observation for a class of outcome; empty where it belongs to it. */
export function differFromOutcome(
  outcome: string,
  wire: WireCase,
  seen: WireObservation,
): string[] {
  const refusal = /^reject-(\d{3})$/.exec(outcome)
  if (refusal !== null) return differFromRefusal(Number(refusal[1]), wire, seen)
  const question = QUESTIONS[outcome]
  return question === undefined ? [`${outcome} cannot come of this`] : question(wire, seen)
}

type Question = (wire: WireCase, seen: WireObservation) => string[]

/** A condition with what to say where it does not hold. */
type Condition = readonly [holds: boolean, otherwise: string]

function failing(...conditions: readonly Condition[]): string[] {
  return conditions.filter(([holds]) => !holds).map(([, otherwise]) => otherwise)
}

/** postern answers itself and no endpoint hears of it. */
function differFromRefusal(status: number, wire: WireCase, seen: WireObservation): string[] {
  const { responses, upstream, closed, records, parsedByRuntime } = seen
  const silent = parsedByRuntime === true && records.length === 0
  const [response] = responses
  return failing(
    [response?.status === status, `status ${response?.status}, not ${status}`],
    [response?.complete === true, 'the refusal is not complete'],
    [upstream.length === 0, `${upstream.length} requests reached endpoints`],
    [silent || records.some(({ reason }) => reason !== undefined), 'no record has a reason'],
    [!wire.checks.framing || closed !== undefined, 'the connection goes on'],
  )
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  'close-no-response': (_, { bytes, closed, upstream }) =>
    failing(
      [bytes === '', 'something was answered'],
      [closed !== undefined, 'the connection goes on'],
      [upstream.length === 0, 'an endpoint was asked'],
    ),
  'local-response': (_, { responses, upstream }) =>
    failing(
      [Math.floor((responses[0]?.status ?? 0) / 100) === 2, `status ${responses[0]?.status}`],
      [upstream.length === 0, 'an endpoint was asked'],
    ),
  'forward-exact': (wire, seen) => [...forwarded(wire, seen), ...unchanged(wire, seen)],
  'forward-normalised': forwarded,
  'forward-stripped': forwarded,
  'relay-no-tunnel': (_, { responses, upstream }) =>
    failing(
      [responses[0]?.status === 426, `status ${responses[0]?.status}`],
      [upstream.length === 1, `${upstream.length} requests upstream`],
      [upstream.every(({ complete }) => complete), 'bytes followed the request'],
    ),
  'bounded-pipeline': (_, { responses, rest }) =>
    failing(
      [responses.length > 0, 'nothing was answered'],
      [responses.every(({ status }) => status === 200), 'something was refused'],
      [rest === '' || responses.at(-1)?.complete === false, 'unreadable bytes'],
    ),
  'abort-upstream': (_, { upstream }) =>
    failing(
      [upstream.length > 0, 'no endpoint was asked'],
      [upstream.every(({ abandoned }) => abandoned), 'an endpoint took it for whole'],
    ),
  'relay-exact': (wire, seen) => [...relayed(wire, seen), ...unchangedResponse(wire, seen)],
  'relay-normalised': relayed,
  'abort-downstream': (_, { responses, closed }) =>
    failing(
      [responses.length === 1, `${responses.length} responses`],
      [responses[0]?.status === 200, `status ${responses[0]?.status}`],
      [responses[0]?.complete === false, 'the response looks whole'],
      [closed !== undefined, 'the connection goes on'],
    ),
  'bad-gateway-502': answeredFor(502),
  'gateway-timeout-504': answeredFor(504),
}

/** Endpoints got whole requests and their answers came back. */
function forwarded({ checks }: WireCase, seen: WireObservation): string[] {
  const { responses, upstream, records, interim } = seen
  const wanted = checks.up ?? 1
  return failing(
    [upstream.length === wanted, `${upstream.length} requests upstream, not ${wanted}`],
    [upstream.every(({ complete }) => complete), 'an endpoint got half a request'],
    [responses.length >= wanted, `${responses.length} responses`],
    [
      responses.slice(0, wanted).every(({ status, complete }) => status === 200 && complete),
      `statuses ${responses.map(({ status }) => status).join(', ')}`,
    ],
    [records.slice(0, wanted).every(({ reason }) => reason === undefined), 'a record has a reason'],
    [interim.every((status) => status === 100 || status === 103), `interim ${interim.join(', ')}`],
    [
      checks.body === undefined || upstream[0]?.body === checks.body,
      `body ${JSON.stringify(upstream[0]?.body)}`,
    ],
  )
}

/** Method, target, body and end-to-end fields are the client's own. */
function unchanged(wire: WireCase, { upstream }: WireObservation): string[] {
  const original = clientRequest(wire)
  const [got] = upstream
  if (original === undefined || got === undefined) return ['there is nothing to compare']
  return failing(
    [got.method === original.method, `method ${got.method}`],
    [got.target === original.target, `target ${got.target}, not ${original.target}`],
    [got.body === original.body, `body ${JSON.stringify(got.body)}`],
    ...missingPairs(original.fields, got.fields).map((pair): Condition => [
      false,
      `the endpoint did not get ${pair}`,
    ]),
  )
}

/** The endpoint's final status came to the client in a whole response, with nothing after it. */
function relayed(wire: WireCase, seen: WireObservation): string[] {
  const { responses, rest, upstream, records } = seen
  const original = scriptedResponse(wire)
  const bodiless = original === undefined || original.bodiless
  return failing(
    [original !== undefined, 'the script is no response'],
    [responses.length > 0, 'nothing was answered'],
    [upstream.length > 0, 'no endpoint was asked'],
    [records.every(({ reason }) => reason === undefined), 'a record has a reason'],
    [rest === '', `bytes after the response: ${JSON.stringify(rest)}`],
    ...responses.flatMap((response): Condition[] => [
      [response.status === original?.status, `status ${response.status}`],
      [response.complete, 'the response is not whole'],
      [response.body === (bodiless ? '' : original.body), `body ${JSON.stringify(response.body)}`],
      [response.status !== 204 || !hasField(response.fields, 'content-length'), '204 has a length'],
    ]),
  )
}

/** End-to-end fields of the endpoint's response, repeated ones as often. */
function unchangedResponse(wire: WireCase, { responses }: WireObservation): string[] {
  const original = scriptedResponse(wire)?.fields ?? []
  return responses.flatMap(({ fields }) =>
    missingPairs(original, fields, ['content-length']).map((pair) => `the client lacks ${pair}`),
  )
}

function answeredFor(status: number): Question {
  return (_, { responses, records, rest }) =>
    failing(
      [responses[0]?.status === status, `status ${responses[0]?.status}, not ${status}`],
      [responses[0]?.complete === true, 'the answer is not whole'],
      [records[0]?.reason !== undefined, 'the record has no reason'],
      [rest === '', 'bytes after the answer'],
    )
}

/** End-to-end pairs of `wanted` that `got` has not, or not as often. */
function missingPairs(wanted: Fields, got: Fields, besides: readonly string[] = []): string[] {
  const left = pairs(got)
  return pairs(wanted)
    .filter(([name]) => isEndToEnd(name, wanted) || besides.includes(name))
    .filter(([name, value]) => {
      const index = left.findIndex((one) => one[0] === name && one[1] === value)
      if (index !== -1) left.splice(index, 1)
      return index === -1
    })
    .map(([name, value]) => `${name}: ${value.slice(0, 80)}`)
}

function pairs(fields: Fields): [name: string, value: string][] {
  const list: [string, string][] = []
  for (let i = 0; i < fields.length; i += 2) {
    list.push([(fields[i] ?? '').toLowerCase(), fields[i + 1] ?? ''])
  }
  return list
}

/** Whether there is a field of that name (lower-case). */
export function hasField(fields: Fields, name: string): boolean {
  return pairs(fields).some(([one]) => one === name)
}

/** Whether `received` has the field, or the pair where `wanted` is `name: value`. */
export function hasPair({ fields }: Pick<ReceivedRequest, 'fields'>, wanted: string): boolean {
  const colon = wanted.indexOf(': ')
  if (colon === -1) return hasField(fields, wanted)
  const name = wanted.slice(0, colon)
  const value = wanted.slice(colon + 2)
  return pairs(fields).some((one) => one[0] === name && one[1].toLowerCase() === value)
}
