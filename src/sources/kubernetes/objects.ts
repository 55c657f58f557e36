/**
 * Finds the Kubernetes objects in documents: takes Lists apart, sorts out kinds that are not read,
 * and lets every identity exist once.
 */
import type { RuleDocument } from '../../documents/documents.ts'
import { judgeKind } from './kinds.ts'
import type { KindVerdict } from './kinds.ts'
import { describeObject, readMetadata } from './metadata.ts'
import type { KubernetesObject } from './metadata.ts'
import { demand, isSet, peekField, readItems, reject, rootField, warn } from './reader.ts'
import type { Field, FieldPath, Subject } from './reader.ts'

/** The objects of all documents and everything that findings may be about. */
export interface ObjectCollection {
  /** In file order. */
  readonly objects: readonly KubernetesObject[]
  /** In file order, with those that did not become objects. Later readers add findings to them. */
  readonly subjects: readonly Subject[]
}

interface Collection {
  readonly objects: KubernetesObject[]
  readonly subjects: Subject[]
  /** By kind, namespace and name. */
  readonly identities: Map<string, KubernetesObject>
  /** Objects of kinds that are not read and have nothing to do with requests, by kind. */
  readonly unread: Map<string, { readonly subject: Subject; count: number }>
}

/** A value that may be an object, and what the List around it says that it is. */
interface Candidate {
  readonly document: RuleDocument
  readonly path: FieldPath
  readonly value: unknown
  readonly apiVersion?: string
  readonly kind?: string
}

/** What a kind and a version look like; anything else must not reach a finding unquoted. */
const KIND = /^[A-Z][A-Za-z0-9]{0,62}$/
const API_VERSION = /^([a-z0-9.-]{1,253}\/)?v[a-z0-9]{1,20}$/

/** The Kubernetes objects in `documents`. Documents without content are passed over. */
export function collectObjects(documents: readonly RuleDocument[]): ObjectCollection {
  const collection: Collection = {
    objects: [],
    subjects: [],
    identities: new Map(),
    unread: new Map(),
  }
  for (const document of documents) {
    if (document.value === null || document.value === undefined) continue
    collect(collection, { document, path: [], value: document.value })
  }
  for (const [kind, { subject, count }] of collection.unread) reportUnread(subject, kind, count)
  return collection
}

function collect(collection: Collection, candidate: Candidate): void {
  const { value } = candidate
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    // What stands there may be anything, a key included: it is not quoted.
    const root = openSubject(collection, candidate, '')
    reject(root, {
      code: 'not-an-object',
      text: 'is not a mapping with apiVersion and kind',
      remedy: 'give a Kubernetes object or the rules of a routes.json',
    })
    return
  }
  const given: unknown = Object.hasOwn(value, 'kind')
    ? (value as { kind: unknown }).kind
    : undefined
  const kind = typeof given === 'string' && KIND.test(given) ? given : (candidate.kind ?? '')
  const root = openSubject(collection, candidate, kind)
  if (kind.endsWith('List') && isSet(peekField(root, 'items'))) {
    collectItems(collection, candidate, { root, kind })
    return
  }
  collectObject(collection, candidate, { root, kind })
}

function openSubject(collection: Collection, candidate: Candidate, kind: string): Field {
  const { document, path: base, value } = candidate
  const confidential = kind === '' || kind.includes('Secret')
  const blank: Subject = { document, base, object: '', confidential, findings: [], errors: 0 }
  const subject = { ...blank, object: describeObject(kind, rootField(blank, value)) }
  collection.subjects.push(subject)
  return rootField(subject, value)
}

/** `List` of v1, whose items say what they are, and `IngressList` and the like, whose need not. */
function collectItems(
  collection: Collection,
  { document }: Candidate,
  { root, kind }: { readonly root: Field; readonly kind: string },
): void {
  const apiVersion = peekField(root, 'apiVersion').value
  const implied =
    kind === 'List' || typeof apiVersion !== 'string'
      ? {}
      : { apiVersion, kind: kind.slice(0, -'List'.length) }
  for (const item of readItems(peekField(root, 'items'))) {
    collect(collection, { ...implied, document, path: item.path, value: item.value })
  }
}

function collectObject(
  collection: Collection,
  candidate: Candidate,
  { root, kind }: { readonly root: Field; readonly kind: string },
): void {
  const kindField = peekField(root, 'kind')
  const versionField = peekField(root, 'apiVersion')
  if (kind === '') {
    if (demand(kindField, 'say what the object is, such as kind: Ingress')) {
      rejectWord(kindField, 'is not a kind')
    }
    return
  }
  const apiVersion = isSet(versionField) ? versionField.value : candidate.apiVersion
  if (typeof apiVersion !== 'string' || !API_VERSION.test(apiVersion)) {
    if (demand(versionField, 'say which version the object has, such as networking.k8s.io/v1')) {
      rejectWord(versionField, 'is not a version')
    }
    return
  }
  const verdict = judgeKind(apiVersion, kind)
  if (verdict.type !== 'read') {
    refuseKind(collection, root, { apiVersion, kind, verdict })
    return
  }
  const object = readMetadata(root, verdict)
  if (object !== undefined) register(collection, object)
}

function rejectWord(field: Field, text: string): void {
  const remedy = 'write it as in kind: Ingress and apiVersion: networking.k8s.io/v1'
  reject(field, { code: 'unknown-value', text, remedy })
}

function refuseKind(
  { unread }: Collection,
  root: Field,
  {
    apiVersion,
    kind,
    verdict,
  }: {
    readonly apiVersion: string
    readonly kind: string
    readonly verdict: Exclude<KindVerdict, { type: 'read' }>
  },
): void {
  if (verdict.type === 'version') {
    reject(peekField(root, 'apiVersion'), {
      code: 'api-version',
      text: `is a version of ${kind} that is not read`,
      remedy: `convert the object to ${verdict.wanted}`,
    })
    return
  }
  if (verdict.near !== undefined) {
    warn(peekField(root, 'kind'), {
      code: 'kind-not-read',
      text: `of ${apiVersion} is not read`,
      remedy: `did you mean ${verdict.near}?`,
    })
    return
  }
  if (verdict.routing) {
    warn(peekField(root, 'kind'), {
      code: 'kind-not-read',
      text: `of ${apiVersion} is not read, so what it says about requests is not done`,
      remedy: 'say it with Ingress, Gateway, HTTPRoute or routes.json, or remove the object',
    })
    return
  }
  const key = `${apiVersion} ${kind}`
  const entry = unread.get(key)
  if (entry === undefined) unread.set(key, { subject: root.subject, count: 1 })
  else entry.count++
}

/** One finding for all objects of a kind, at the first of them: a release holds dozens. */
function reportUnread(subject: Subject, versionAndKind: string, count: number): void {
  const [apiVersion, kind] = versionAndKind.split(' ')
  const { line, column } = subject.document.locate(subject.base)
  subject.findings.push({
    severity: 'info',
    code: 'kind-not-read',
    message:
      count === 1
        ? `1 object of kind ${kind} (${apiVersion}) is not read`
        : `${count} objects of kind ${kind} (${apiVersion}) are not read`,
    object: subject.object,
    file: subject.document.file,
    line,
    column,
    value: kind,
    remedy: 'nothing to do: it says nothing about requests',
  })
}

/** Keeps the first object of an identity: which of two is meant, nobody but the user knows. */
function register({ objects, identities }: Collection, object: KubernetesObject): void {
  const key = `${object.kind} ${object.namespace}/${object.name}`
  const first = identities.get(key)
  if (first !== undefined) {
    const { file, line, column } = first.origin
    reject(peekField(peekField(object.root, 'metadata'), 'name'), {
      code: 'duplicate-object',
      text: `is defined a second time; the first is at ${file}:${line}:${column} and counts`,
      remedy: 'remove one of the two, or give it another name',
    })
    return
  }
  identities.set(key, object)
  objects.push(object)
}
