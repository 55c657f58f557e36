import { readFileSync } from 'node:fs'
import { METHODS } from 'node:http'

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { FileSchema } from '../../../../src/sources/routes-file/schema.ts'
import { publishedSchema } from './published-schema.ts'
import { readRoutes, readText, readValue } from './reading.ts'

const root = new URL('../../../../', import.meta.url)

describe('the schema', () => {
  it('is published as it is (npm run schema)', () => {
    expect(readFileSync(new URL('routes.schema.json', root), 'utf8')).toBe(publishedSchema())
  })

  it('takes the methods of the runtime that are not refused', () => {
    const refused = new Set(['CONNECT', 'TRACE'])
    const wanted = METHODS.filter((method) => !refused.has(method))
    for (const method of wanted) readRoutes({ matches: [{ method }], backend: 'api' })
    const { $defs } = JSON.parse(publishedSchema()) as {
      $defs: { match: { properties: { method: { enum: string[] } } } }
    }
    expect($defs.match.properties.method.enum.toSorted()).toEqual(wanted.toSorted())
  })

  it('takes the default rules', () => {
    const text = readFileSync(new URL('routes.json', root), 'utf8')
    const { findings, manifest } = readText(text)
    expect(findings).toEqual([])
    expect(v.is(FileSchema, JSON.parse(text))).toBe(true)
    expect(manifest.routes).toHaveLength(2)
  })

  it('says something about every value that the schema refuses, and only about those', () => {
    const word = fc.constantFrom(
      'api',
      '/',
      '/a',
      'a.test',
      'http://a',
      'GET',
      'Exact',
      'URLRewrite',
      '1s',
      '10.0.0.0/8',
      '',
    )
    const leaf = fc.oneof(word, fc.constantFrom<unknown>(0, 1, 1.5, -1, 302, true, null))
    const keys = [
      'name',
      'host',
      'hosts',
      'path',
      'pathType',
      'matches',
      'backend',
      'backends',
      'filters',
      'policy',
      'timeouts',
      'type',
      'value',
      'method',
      'headers',
      'weight',
      'url',
      'allow',
      'total',
      'set',
      'hostname',
      'extra',
      'constructor',
    ]
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 3 }),
      ),
    }))
    const routes = fc.array(fc.dictionary(fc.constantFrom(...keys), tree, { maxKeys: 4 }), {
      maxLength: 2,
    })
    const shapes = new Set([
      'unknown-key',
      'missing-key',
      'wrong-type',
      'unknown-value',
      'out-of-range',
      'not-whole',
      'empty-list',
      'empty-text',
      'invalid-name',
      'invalid-duration',
    ])
    fc.assert(
      fc.property(routes, (list) => {
        const value = { version: 1, backends: { api: { endpoints: ['http://a'] } }, routes: list }
        const { findings } = readValue(value)
        if (!v.is(FileSchema, value))
          expect(findings.some(({ code }) => shapes.has(code))).toBe(true)
        for (const { line, column, message, remedy } of findings) {
          expect(line * column).toBeGreaterThan(0)
          expect(message + remedy).not.toMatch(/undefined|NaN|\[object/)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
