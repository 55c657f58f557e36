/** The values that the schema of a routes file is made of. */
import * as v from 'valibot'

import type { DurationInput, PathTypeInput } from './input.ts'

/** An object without further keys, and never a list. */
export function object<const E extends v.ObjectEntries>(
  entries: E,
): v.StrictObjectSchema<E, undefined> {
  return refuseLists(v.strictObject(entries))
}

/**
 * The schema without lists. Valibot takes a list for an object: an empty one would pass for a policy
 * that says nothing.
 */
export function refuseLists<S extends v.GenericSchema>(schema: S): S {
  const run: S['~run'] = (dataset, config) =>
    schema['~run'](Array.isArray(dataset.value) ? { value: undefined } : dataset, config)
  return { ...schema, '~run': run }
}

/** Names of backends, routes and listeners. A slash or colon would read as a service or a URL. */
export const NameSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'invalid-name'),
)

/** Text that says something. */
export const Text: v.GenericSchema<string> = v.pipe(v.string(), v.minLength(1, 'empty-text'))

/** Port of a socket. */
export const Port: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.integer('not-whole'),
  v.minValue(1, 'out-of-range'),
  v.maxValue(65_535, 'out-of-range'),
)

/** GEP-2257, and the number 0 beside it. */
export const Duration: v.GenericSchema<DurationInput> = v.union(
  [
    v.pipe(v.string(), v.regex(/^(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}$/, 'invalid-duration')),
    v.literal(0),
  ],
  'invalid-duration',
)

/** What llhttp knows, less CONNECT, TRACE and the HTTP/2 preface: the others are answered 501. */
export const Method: v.GenericSchema<string> = v.picklist([
  ...(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'] as const),
  ...(['COPY', 'LOCK', 'MKCOL', 'MOVE', 'PROPFIND', 'PROPPATCH', 'SEARCH', 'UNLOCK'] as const),
  ...(['BIND', 'REBIND', 'UNBIND', 'ACL', 'REPORT', 'MKACTIVITY', 'CHECKOUT', 'MERGE'] as const),
  ...(['M-SEARCH', 'NOTIFY', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PURGE', 'MKCALENDAR'] as const),
  ...(['LINK', 'UNLINK', 'SOURCE'] as const),
])

/** How a path is compared. */
export const PathType: v.GenericSchema<PathTypeInput> = v.pipe(
  v.picklist(['Exact', 'PathPrefix', 'RegularExpression']),
  v.description('PathPrefix compares whole path elements; RegularExpression is RE2, anchored.'),
)

/** A list that says something. */
export const Texts: v.GenericSchema<string[]> = v.pipe(v.array(Text), v.minLength(1, 'empty-list'))
