/**
 * Reads a publication: the pointer, and the documents that it leads to, each held against its
 * digest. Owns what a reader believes; when it reads and what it serves by is not known here.
 */
import type { Bundle } from '../model/bundle.ts'
import { parseJsonBytes, showValue } from './json-bytes.ts'
import { documentKey, parsePointer, POINTER_KEY, type Pointer } from './pointer.ts'
import type { RuleStoreReader } from './rule-store.ts'

/** What is in the store, to somebody who serves `served`. */
export type PublicationResult =
  | { readonly type: 'published'; readonly pointer: Pointer; readonly bundle: Bundle }
  /** It is the one that is served. */
  | { readonly type: 'unchanged' }
  /** It cannot be served, now or ever; `problem` is a sentence for an operator. */
  | { readonly type: 'refused'; readonly problem: string }

/** As young as a store may give it. */
const POINTER_AGE_SECONDS = 0

/**
 * A document never changes, so an old copy is as good as a new one: a day. The second look is for
 * stores that remember what was missing or torn; the pointer may arrive before its document.
 */
const DOCUMENT_AGES_SECONDS = [86_400, 0] as const

/**
 * Bytes of one document: some 7000 hosts of three routes. While it is parsed it takes four times as
 * much (bytes, text, and objects of twice the size), beside the rules that are served meanwhile, of
 * the 128 MB that an isolate of Workers has.
 */
export const MAX_DOCUMENT_BYTES = 8_388_608

/**
 * The publication in `store`, where it is another than `served`. The Bundle's type is a claim: who
 * opens it checks its format. Rejects where the store cannot be reached.
 */
export async function readPublication(
  store: RuleStoreReader,
  served: Pointer | undefined,
): Promise<PublicationResult> {
  const bytes = await store.read(POINTER_KEY, POINTER_AGE_SECONDS)
  if (bytes === undefined) return refused(`nothing is published under "${POINTER_KEY}"`)
  const parsed = parsePointer(bytes)
  if (parsed.type === 'refused') return parsed
  const { pointer } = parsed
  if (served !== undefined) {
    if (pointer.revision === served.revision && pointer.root === served.root) {
      return { type: 'unchanged' }
    }
    const problem = findDisorder(pointer, served)
    if (problem !== undefined) return refused(problem)
  }
  const document = await readDocument(store, pointer.root)
  return document.type === 'document' ? readRoot(document.bytes, pointer) : document
}

/** A store that is consistent only in the end may show an old pointer after a new one. */
function findDisorder({ revision }: Pointer, served: Pointer): string | undefined {
  if (revision > served.revision) return undefined
  return revision === served.revision
    ? `revision ${revision} is there with another root; each revision is published once`
    : `revision ${revision} is there, and ${served.revision} is served; revisions only grow`
}

type DocumentResult =
  | { readonly type: 'document'; readonly bytes: ArrayBuffer }
  | { readonly type: 'refused'; readonly problem: string }

async function readDocument(store: RuleStoreReader, digest: string): Promise<DocumentResult> {
  const key = documentKey(digest)
  let result: DocumentResult = refused(`there is no document "${key}"`)
  for (const maxAgeSeconds of DOCUMENT_AGES_SECONDS) {
    const bytes = await store.read(key, maxAgeSeconds)
    if (bytes === undefined) continue
    if (bytes.byteLength > MAX_DOCUMENT_BYTES) {
      const length = bytes.byteLength
      return refused(
        `document "${key}" has ${length} bytes; at most ${MAX_DOCUMENT_BYTES} are read`,
      )
    }
    const found = await digestOf(bytes)
    if (found === digest) return { type: 'document', bytes }
    result = refused(`document "${key}" is damaged: its SHA-256 is ${found}`)
  }
  return result
}

/** SHA-256 in lower-case hexadecimal. */
async function digestOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A root without a layout is the whole Bundle; no other layout is known to this version. */
function readRoot(bytes: ArrayBuffer, pointer: Pointer): PublicationResult {
  const root = parseJsonBytes(bytes)
  if (typeof root !== 'object' || root === null || !('format' in root)) {
    return refused(`revision ${pointer.revision} is no bundle of rules`)
  }
  if ('layout' in root) {
    const layout = showValue(root.layout)
    return refused(
      `revision ${pointer.revision} has layout ${layout}, which this version cannot read`,
    )
  }
  // Whoever opens it takes the type for a claim.
  return { type: 'published', pointer, bundle: root as unknown as Bundle }
}

function refused(problem: string): { readonly type: 'refused'; readonly problem: string } {
  return { type: 'refused', problem }
}
