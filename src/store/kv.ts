/** Cloudflare KV as a store of rules. The namespace is handed in: a binding is the Worker's. */
import type { RuleStoreReader } from './rule-store.ts'

/** What a reader needs of a KV namespace. */
export interface KvNamespaceReader {
  get(
    key: string,
    options: { readonly type: 'arrayBuffer'; readonly cacheTtl: number },
  ): Promise<ArrayBuffer | null>
}

/**
 * The shortest `cacheTtl` that KV takes; a smaller one is an error there (KV limits, 2026-11). It is
 * therefore the youngest that a pointer can be asked for.
 */
export const MIN_CACHE_TTL_SECONDS = 30

/** Reads from `namespace`. Ages below 30 seconds are read as 30. */
export function createKvReader(namespace: KvNamespaceReader): RuleStoreReader {
  return {
    async read(key, maxAgeSeconds) {
      const cacheTtl = Math.max(MIN_CACHE_TTL_SECONDS, maxAgeSeconds)
      return (await namespace.get(key, { type: 'arrayBuffer', cacheTtl })) ?? undefined
    },
  }
}
