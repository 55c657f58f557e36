/** ReplaceFullPath and ReplacePrefixMatch, shared by rewrite and redirect. */
import type { PathModifier } from '../model/manifest.ts'

/**
 * Path after the modifier. `prefix` is the path condition that matched, without trailing slash;
 * the result starts with exactly one slash, so that no backend takes it for a network path.
 * Works on path elements; trailing slashes of prefix and replacement are ignored, that of the
 * request is kept (Gateway API HTTPPathModifier).
 */
export function modifyPath(path: string, prefix: string | undefined, by: PathModifier): string {
  if (by.type === 'ReplaceFullPath') return by.value === '' ? '/' : by.value
  const rest = prefix === undefined || prefix === '/' ? path : path.slice(prefix.length)
  const replaced = withoutTrailingSlashes(by.value) + rest
  return withOneLeadingSlash(replaced)
}

function withoutTrailingSlashes(value: string): string {
  let end = value.length
  while (end > 0 && value.charCodeAt(end - 1) === 0x2f) end--
  return value.slice(0, end)
}

function withOneLeadingSlash(path: string): string {
  let start = 0
  while (start < path.length && path.charCodeAt(start) === 0x2f) start++
  if (start === 1) return path
  return '/' + path.slice(start)
}
