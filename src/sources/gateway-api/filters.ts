/**
 * Reads filters of rules and of backends. A filter that is not known or cannot be read is an error,
 * and whoever holds it must not serve requests without it.
 */
import type { Filter, PathMatch, PathModifier, RequestRedirect } from '../../model/manifest.ts'
import {
  demand,
  isSet,
  readChoice,
  readFields,
  readInteger,
  readItems,
  readText,
  reject,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readHostName, readRulePath } from '../kubernetes/rule-match.ts'
import { readHeaderModifier } from './header-modifier.ts'

/** How the paths that lead to a filter are matched. */
export type MatchedTypes = readonly PathMatch['type'][]

const FILTER_FIELDS = [
  'cors',
  'extensionRef',
  'externalAuth',
  'requestHeaderModifier',
  'requestMirror',
  'requestRedirect',
  'responseHeaderModifier',
  'type',
  'urlRewrite',
] as const

type SettingsField =
  | 'requestHeaderModifier'
  | 'requestRedirect'
  | 'responseHeaderModifier'
  | 'urlRewrite'

interface FilterReader {
  /** The field that holds the settings. */
  readonly settings: SettingsField
  readonly read: (field: Field, matched: MatchedTypes) => Filter
}

const READERS: ReadonlyMap<string, FilterReader> = new Map([
  [
    'RequestHeaderModifier',
    {
      settings: 'requestHeaderModifier',
      read: (field: Field): Filter => readHeaderModifier(field, 'RequestHeaderModifier'),
    },
  ],
  [
    'ResponseHeaderModifier',
    {
      settings: 'responseHeaderModifier',
      read: (field: Field): Filter => readHeaderModifier(field, 'ResponseHeaderModifier'),
    },
  ],
  ['URLRewrite', { settings: 'urlRewrite', read: readRewrite }],
  ['RequestRedirect', { settings: 'requestRedirect', read: readRedirect }],
] as const)

/**
 * The filters in declared order. Errors are counted by the caller, who makes the rule or the
 * backend invalid; what is returned beside an error is never to be used.
 */
export function readFilters(field: Field, matched: MatchedTypes): readonly Filter[] {
  const seen = new Set<Filter['type']>()
  return readItems(field).flatMap((item) => {
    const filter = readFilter(item, matched)
    if (filter === undefined) return []
    rejectCombination(item, filter.type, seen)
    seen.add(filter.type)
    return [filter]
  })
}

function readFilter(field: Field, matched: MatchedTypes): Filter | undefined {
  const fields = readFields(field, FILTER_FIELDS)
  if (!demand(fields.type, `use one of ${[...READERS.keys()].join(', ')}`)) return undefined
  const type = readText(fields.type)
  if (type === undefined) return undefined
  const reader = READERS.get(type)
  if (reader === undefined) {
    reject(fields.type, {
      code: 'filter-not-supported',
      text: 'is a filter that is not supported, so requests for it are answered with 500',
      remedy: `remove it, or use one of ${[...READERS.keys()].join(', ')}`,
    })
    return undefined
  }
  for (const name of FILTER_FIELDS) {
    if (name === 'type' || name === reader.settings || !isSet(fields[name])) continue
    const remedy = `put settings of another filter into an entry of its own`
    reject(fields[name], { code: 'filter-settings', text: `does not belong to ${type}`, remedy })
  }
  const settings = fields[reader.settings]
  if (!demand(settings, `give ${type} its settings`)) return undefined
  return reader.read(settings, matched)
}

/** The API allows each type once, and no redirect of what is rewritten. */
function rejectCombination(
  field: Field,
  type: Filter['type'],
  seen: ReadonlySet<Filter['type']>,
): void {
  if (seen.has(type)) {
    const remedy = 'join the two entries'
    reject(field, { code: 'repeated-filter', text: `is a second ${type}`, remedy })
  }
  const rival = { URLRewrite: 'RequestRedirect', RequestRedirect: 'URLRewrite' } as const
  if ((type === 'URLRewrite' || type === 'RequestRedirect') && seen.has(rival[type])) {
    reject(field, {
      code: 'filter-conflict',
      text: `is a ${type} beside a ${rival[type]}`,
      remedy: 'use one of the two',
    })
  }
}

function readRewrite(field: Field, matched: MatchedTypes): Filter {
  const fields = readFields(field, ['hostname', 'path'])
  const hostname = readHostName(fields.hostname)
  const path = readPathModifier(fields.path, matched)
  return {
    type: 'URLRewrite',
    ...(hostname === undefined ? {} : { hostname }),
    ...(path === undefined ? {} : { path }),
  }
}

function readRedirect(field: Field, matched: MatchedTypes): RequestRedirect {
  const fields = readFields(field, ['hostname', 'path', 'port', 'scheme', 'statusCode'])
  const scheme = readChoice(fields.scheme, ['http', 'https'])
  const hostname = readHostName(fields.hostname)
  const path = readPathModifier(fields.path, matched)
  const port = readInteger(fields.port, 1, 65_535)
  return {
    type: 'RequestRedirect',
    ...(scheme === undefined ? {} : { scheme }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(path === undefined ? {} : { path }),
    ...(port === undefined ? {} : { port }),
    statusCode: readRedirectStatus(fields.statusCode),
  }
}

function readRedirectStatus(field: Field): RequestRedirect['statusCode'] {
  switch (field.value) {
    case undefined:
      return 302
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return field.value
    default:
      reject(field, {
        code: 'unknown-value',
        text: 'is not a status of a redirect',
        remedy: 'use 301, 302, 303, 307 or 308',
      })
      return 302
  }
}

function readPathModifier(field: Field, matched: MatchedTypes): PathModifier | undefined {
  if (!isSet(field)) return undefined
  const fields = readFields(field, ['replaceFullPath', 'replacePrefixMatch', 'type'])
  if (!demand(fields.type, 'use ReplaceFullPath or ReplacePrefixMatch')) return undefined
  const type = readChoice(fields.type, ['ReplaceFullPath', 'ReplacePrefixMatch'])
  if (type === undefined) return undefined
  const whole = type === 'ReplaceFullPath'
  const [own, other] = whole
    ? [fields.replaceFullPath, fields.replacePrefixMatch]
    : [fields.replacePrefixMatch, fields.replaceFullPath]
  if (isSet(other)) {
    const remedy = 'remove it'
    reject(other, { code: 'filter-settings', text: `does not belong to ${type}`, remedy })
  }
  if (!whole && matched.some((candidate) => candidate !== 'PathPrefix')) {
    reject(fields.type, {
      code: 'prefix-without-match',
      text: 'needs matches of type PathPrefix alone, since it replaces what those matched',
      remedy: 'use ReplaceFullPath, or match by PathPrefix',
    })
  }
  if (!demand(own, 'give the new path')) return undefined
  // An empty replacement takes the prefix away.
  const value = own.value === '' ? '' : readRulePath(own, 'Exact')
  return value === undefined ? undefined : { type, value }
}
