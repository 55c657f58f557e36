/** URLRewrite: changes host and path of what is sent upstream, never what was matched. */
import type { Filter } from '../model/manifest.ts'
import type { RequestDraft } from './draft.ts'
import { modifyPath } from './path-modifier.ts'

/**
 * Rewrites the draft in place. A path is made of the one that was matched, so that the rewrite of a
 * backend replaces the rule's and is not applied to what that left.
 */
export function rewriteUrl(
  draft: RequestDraft,
  filter: Extract<Filter, { readonly type: 'URLRewrite' }>,
): void {
  if (filter.hostname !== undefined) draft.host = filter.hostname
  if (filter.path !== undefined)
    draft.path = modifyPath(draft.requestPath, draft.prefix, filter.path)
}
