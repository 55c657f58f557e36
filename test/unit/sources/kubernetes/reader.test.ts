import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../../../../src/documents/documents.ts'
import {
  fieldName,
  originOf,
  peekField,
  readChoice,
  readFields,
  readInteger,
  readItems,
  readText,
  rootField,
} from '../../../../src/sources/kubernetes/reader.ts'
import type { Field, Subject } from '../../../../src/sources/kubernetes/reader.ts'
import { readSources } from '../../../../src/sources/read.ts'

function open(text: string, confidential = false): { root: Field; subject: Subject } {
  const [document] = parseDocuments({ name: 'a.yaml', text }).documents
  if (document === undefined) throw new Error('no document')
  const subject = { document, base: [], object: 'Thing a/b', confidential, findings: [], errors: 0 }
  return { root: rootField(subject, document.value), subject }
}

describe('readFields', () => {
  it('gives absent fields the place of what is around them', () => {
    const { root } = open('spec:\n  inner: { a: 1 }\n')
    const { inner, other } = readFields(peekField(root, 'spec'), ['inner', 'other'])
    expect(originOf(inner)).toMatchObject({ line: 2, column: 10 })
    expect(originOf(peekField(inner, 'b'))).toMatchObject({ line: 2 })
    expect(other.value).toBeUndefined()
    expect(fieldName(other)).toBe('spec.other')
  })

  it('counts null as absent, as Kubernetes does', () => {
    const { root, subject } = open('host: null\npaths: ~\n')
    const { host, paths } = readFields(root, ['host', 'paths'])
    expect(readText(host)).toBeUndefined()
    expect(readItems(paths)).toEqual([])
    expect(subject.findings).toEqual([])
  })

  it('reports another type once and treats all fields as absent', () => {
    const { root, subject } = open('spec: [1]\n')
    const { a } = readFields(peekField(root, 'spec'), ['a'])
    expect(a.value).toBeUndefined()
    expect(subject.findings).toMatchObject([{ code: 'wrong-type', message: 'spec is a list' }])
  })
})

describe('findings', () => {
  it('name the field, quote the value and say what would be right', () => {
    const { root, subject } = open('ports:\n- port: 70000\n')
    const port = readItems(peekField(root, 'ports')).map((item) => peekField(item, 'port'))[0]
    expect(port && readInteger(port, 1, 65_535)).toBeUndefined()
    expect(subject.findings).toEqual([
      {
        severity: 'error',
        code: 'out-of-range',
        message: 'ports[0].port 70000 is not between 1 and 65535',
        object: 'Thing a/b',
        file: 'a.yaml',
        line: 2,
        column: 9,
        value: '70000',
        remedy: 'use a whole number from 1 to 65535',
      },
    ])
    expect(subject.errors).toBe(1)
  })

  it('suggest a choice', () => {
    const { root, subject } = open('type: exact\n')
    expect(readChoice(peekField(root, 'type'), ['Exact', 'Prefix'])).toBeUndefined()
    expect(subject.findings[0]?.remedy).toBe('did you mean Exact? use one of Exact, Prefix')
  })

  it('quote no value of a confidential object', () => {
    const { root, subject } = open('type: hidden\n', true)
    readChoice(peekField(root, 'type'), ['Exact'])
    expect(subject.findings).toMatchObject([{ value: undefined, message: 'type is not known' }])
  })

  it('cut long values', () => {
    const { root, subject } = open(`type: ${'x'.repeat(5000)}\n`)
    readChoice(peekField(root, 'type'), ['Exact'])
    expect(subject.findings[0]?.value).toHaveLength(200)
    expect(subject.findings[0]?.message.length).toBeLessThan(200)
  })
})

describe('readSources', () => {
  const kind = fc.constantFrom(
    'Ingress',
    'HTTPRoute',
    'Gateway',
    'Service',
    'EndpointSlice',
    'Secret',
  )
  const apiVersion = fc.constantFrom(
    'networking.k8s.io/v1',
    'gateway.networking.k8s.io/v1',
    'discovery.k8s.io/v1',
    'v1',
  )
  const keys =
    'rules host http paths path backend matches filters listeners ports endpoints parentRefs ' +
    'hostnames tls name type __proto__'
  const key = fc.constantFrom(...keys.split(' '))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, 80, '', '/', 'a.test', 'Exact', 'URLRewrite'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }))

  it('takes any value for any object without throwing, and places every finding', () => {
    fc.assert(
      fc.property(kind, apiVersion, value, (kindName, version, spec) => {
        const object = {
          apiVersion: version,
          kind: kindName,
          metadata: { name: 'a' },
          spec,
          endpoints: spec,
        }
        const documents = [
          { file: 'a.json', value: object, locate: () => ({ line: 1, column: 1 }) },
        ]
        const { findings } = readSources(documents, { className: 'postern' })
        for (const finding of findings) {
          expect(finding).toMatchObject({ file: 'a.json', line: 1 })
          expect(finding.message).not.toMatch(/undefined|\[object/)
          expect(finding.remedy).not.toBe('')
        }
      }),
      { numRuns: 500 },
    )
  })
})
