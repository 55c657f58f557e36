/** URLRewrite: changes host and path of what is sent upstream, never what was matched. */
import type { Filter } from '../model/manifest.ts'
import type { RequestDraft } from './draft.ts'
import { modifyPath } from './path-modifier.ts'

/** Rewrites the draft in place. */
export function rewriteUrl(
  draft: RequestDraft,
  filter: Extract<Filter, { readonly type: 'URLRewrite' }>,
): void {
  if (filter.hostname !== undefined) draft.host = filter.hostname
  if (filter.path !== undefined) draft.path = modifyPath(draft.path, draft.prefix, filter.path)
}
