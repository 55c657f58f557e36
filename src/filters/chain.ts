/** Runs the filters of a route in declared order; the only switch over filter types. */
import type { Filter } from '../model/manifest.ts'
import type { RequestDraft } from './draft.ts'
import { modifyFields } from './header-modifier.ts'
import { redirectLocation } from './request-redirect.ts'
import { rewriteUrl } from './url-rewrite.ts'

/** A redirect that ends the exchange, or the loop it would have been. */
export type FilterVerdict =
  | { readonly type: 'redirect'; readonly status: number; readonly location: string }
  | { readonly type: 'loop' }

/** Applies request filters to the draft; a value ends the exchange, `undefined` goes on. */
export function applyRequestFilters(
  draft: RequestDraft,
  filters: readonly Filter[],
): FilterVerdict | undefined {
  for (const filter of filters) {
    switch (filter.type) {
      case 'RequestHeaderModifier':
        draft.fields = modifyFields(draft.fields, filter)
        break
      case 'URLRewrite':
        rewriteUrl(draft, filter)
        break
      case 'RequestRedirect': {
        const location = redirectLocation(draft, filter)
        if (location === undefined) return { type: 'loop' }
        return { type: 'redirect', status: filter.statusCode, location }
      }
      case 'ResponseHeaderModifier':
        break
      default:
        filter satisfies never
    }
  }
  return undefined
}

/** Response fields after the response filters among `filters`. */
export function applyResponseFilters(fields: string[], filters: readonly Filter[]): string[] {
  let out = fields
  for (const filter of filters) {
    if (filter.type === 'ResponseHeaderModifier') out = modifyFields(out, filter)
  }
  return out
}
