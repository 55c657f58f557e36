/** Compares what came of a request in parts with what must. Every difference is a sentence. */
import type { Fields } from '../../src/head.ts'
import type { MessageSpec, RedirectSpec, RequestSpec, ResponseSpec } from './case.ts'
import type { Answer, ReceivedRequest } from './target.ts'

/** The field that tells an endpoint which host was asked; not every runtime can keep `Host`. */
export type HostField = 'host' | 'x-forwarded-host'

/** The differences between `answers`, one for each time it was asked, and `expect`. */
export function judge(
  request: RequestSpec,
  expect: ResponseSpec,
  answers: readonly Answer[],
  hostField: HostField = 'host',
): string[] {
  const differences = answers.flatMap((answer) => [
    ...judgeOne(request, expect, answer),
    ...answer.upstream.flatMap((message) =>
      judgeBackend(request, expect.backend, { message, hostField }),
    ),
  ])
  const received = answers.flatMap(({ upstream }) => upstream)
  if (expect.pods !== undefined) {
    const pods = new Set(received.map(({ pod }) => pod)).size
    if (pods !== expect.pods) differences.push(`${pods} pods answered, not ${expect.pods}`)
  }
  for (const [service, least] of Object.entries(expect.shares ?? {})) {
    const count = received.filter((one) => one.service === service).length
    const enough = least === 0 ? count === 0 : count >= least
    if (!enough) differences.push(`${service} answered ${count} times, not ${least} or more`)
  }
  return [...new Set(differences)]
}

function judgeOne(request: RequestSpec, expect: ResponseSpec, answer: Answer): string[] {
  const { response, upstream, record } = answer
  const told: string[] = []
  if (!expect.status.includes(response.status)) {
    told.push(
      `status ${response.status} (${record.reason ?? 'relayed'}), not ${expect.status.join(' or ')}`,
    )
  }
  if (expect.servedBy !== undefined) {
    const served = upstream.map(({ service }) => service).join(' and ')
    if (served !== (expect.servedBy ?? '')) {
      told.push(`served by ${served || 'nobody'}, not ${expect.servedBy ?? 'nobody'}`)
    }
  }
  if (expect.reason !== undefined && record.reason !== expect.reason) {
    told.push(`reason ${record.reason}, not ${expect.reason}`)
  }
  if (expect.clientIp !== undefined && !expect.clientIp.includes(record.client ?? null)) {
    told.push(`client ${record.client}, not ${expect.clientIp.join(' or ')}`)
  }
  if (expect.redirect !== undefined) told.push(...judgeRedirect(request, expect.redirect, answer))
  return [...told, ...judgeFields('response', expect.response, response.fields)]
}

/** Where nothing else is said, a backend gets method, target and `Host` as they were sent. */
function judgeBackend(
  request: RequestSpec,
  expect: MessageSpec | undefined,
  { message, hostField }: { readonly message: ReceivedRequest; readonly hostField: HostField },
): string[] {
  const told: string[] = []
  const compare = (what: string, got: string | undefined, wanted: string): void => {
    if (got !== wanted) told.push(`backend got ${what} ${got}, not ${wanted}`)
  }
  compare('method', message.method, expect?.method ?? request.method)
  compare('target', message.target, expect?.path ?? request.path)
  compare('host', joinedValue(message.fields, hostField), expect?.host ?? request.host)
  compare('body', message.body, request.body)
  return [...told, ...judgeFields('backend', expect, message.fields)]
}

/** Lines joined by a comma and a blank are the list that they were (RFC 9110 §5.3). */
function isSameList(got: string | undefined, wanted: string): boolean {
  return got === wanted || got?.replaceAll(', ', ',') === wanted
}

function judgeFields(what: string, expect: MessageSpec | undefined, fields: Fields): string[] {
  const told: string[] = []
  for (const [name, wanted] of Object.entries(expect?.headers ?? {})) {
    const got = joinedValue(fields, name)
    const holds = wanted === '*' ? got !== undefined : isSameList(got, wanted)
    if (!holds) told.push(`${what} has ${name}: ${got}, not ${wanted}`)
  }
  for (const [name, wanted] of Object.entries(expect?.contains ?? {})) {
    const got = joinedValue(fields, name)
      ?.split(',')
      .map((element) => element.trim())
    if (got?.join() !== wanted.join())
      told.push(`${what} has ${name}: ${got?.join()}, not ${wanted.join()}`)
  }
  for (const name of expect?.absentHeaders ?? []) {
    const got = joinedValue(fields, name)
    if (got !== undefined) told.push(`${what} has ${name}: ${got}, which must be absent`)
  }
  return told
}

function judgeRedirect(request: RequestSpec, expect: RedirectSpec, { response }: Answer): string[] {
  const location = joinedValue(response.fields, 'location')
  const url = URL.parse(location ?? '', `http://${request.host}${request.path}`)
  if (location === undefined || url === null) return [`location ${location} is none`]
  const wanted = {
    scheme: expect.scheme ?? 'http',
    host: expect.host ?? new URL(`http://${request.host}`).hostname,
    port: expect.port ?? '',
    path: expect.path ?? request.path,
  }
  const got = {
    scheme: url.protocol.slice(0, -1),
    host: url.hostname,
    port: url.port,
    path: `${url.pathname}${url.search}`,
  }
  const same = JSON.stringify(got) === JSON.stringify(wanted)
  return same ? [] : [`location ${location}, not ${JSON.stringify(wanted)}`]
}

/** Values of all fields of that name, as one list; `undefined` where there is none. */
export function joinedValue(fields: Fields, name: string): string | undefined {
  const values: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() === name.toLowerCase()) values.push(fields[i + 1] ?? '')
  }
  return values.length === 0 ? undefined : values.join(',')
}
