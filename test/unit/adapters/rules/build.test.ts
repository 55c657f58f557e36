import { describe, expect, it } from 'vitest'
import { buildRules, isAcceptable, type RulesResult } from '../../../../adapters/rules/build.ts'
import { ingressYaml, routesJson } from '../folder.ts'

function build(files: Readonly<Record<string, string>>, className = 'postern'): RulesResult {
  return buildRules({
    files: Object.entries(files).map(([name, text]) => ({ name, text })),
    findings: [],
    digest: 'd',
    options: { sources: ['.'], className, services: [], sockets: undefined },
  })
}

function codes({ findings }: RulesResult): string[] {
  return findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code)
}

const broken = ingressYaml('broken', '/broken').replace('/broken', '/bro ken?')

describe('building rules', () => {
  it('joins routes.json and Kubernetes objects, and counts', () => {
    const result = build({ 'routes.json': routesJson(1, '/a'), 'i.yaml': ingressYaml('i') })
    expect(codes(result)).toEqual([])
    expect(result.counts).toEqual({ routes: 2, hosts: 2 })
    expect(result.bundle?.listeners).toHaveLength(1)
  })

  it('counts a wildcard once, although it stands in the Bundle in two depths', () => {
    const routes = [{ host: '*.a.test', path: '/', backend: 'http://127.0.0.1:1' }]
    const result = build({ 'routes.json': JSON.stringify({ version: 1, routes }) })
    expect(Object.keys(result.bundle?.hosts ?? {})).toHaveLength(2)
    expect(result.counts).toEqual({ routes: 1, hosts: 1 })
  })

  it('refuses the set for a file that does not parse, without blaming what refers to it (G-02)', () => {
    const result = build({ 'a.yaml': 'a: [', 'i.yaml': ingressYaml('i') })
    expect(result.bundle).toBeUndefined()
    expect(result.findings.map(({ file }) => file)).toEqual(['a.yaml'])
  })

  it('refuses the set for an error in a routes.json', () => {
    const result = build({
      'routes.json': '{ "version": 1, "routs": [] }',
      'i.yaml': ingressYaml('i'),
    })
    expect(result.bundle).toBeUndefined()
    expect(result.findings.some(({ file }) => file === 'routes.json')).toBe(true)
  })

  it('says what compiling finds out beside an error of the same routes.json, and refuses it', () => {
    const route = { host: 'a.test', path: '/', backend: 'http://127.0.0.1:1' }
    const routes = [route, route, { ...route, path: 'b' }]
    const result = build({ 'routes.json': JSON.stringify({ version: 1, routes }) })
    expect(codes(result).toSorted()).toEqual(['duplicate-match', 'invalid-path'])
    expect(result.bundle).toBeUndefined()
  })

  it('leaves out a Kubernetes object with an error and serves the others', () => {
    const result = build({ 'broken.yaml': broken, 'i.yaml': ingressYaml('i') })
    expect(codes(result)).toContain('invalid-path')
    expect(result.bundle).toBeDefined()
    expect(result.counts.routes).toBe(1)
  })

  it('refuses the set where errors leave nothing to serve (G-06)', () => {
    expect(build({ 'broken.yaml': broken }).bundle).toBeUndefined()
    expect(build({ 'a.json': '' }).bundle).toBeUndefined()
  })

  it('warns where there is nothing to serve and nothing wrong', () => {
    const result = build({ 'i.yaml': ingressYaml('i') }, 'other')
    expect(codes(result)).toEqual(['no-routes'])
    expect(result.bundle).toBeDefined()
  })

  it('sorts findings by file, line and column', () => {
    const result = build({ 'b.yaml': `${broken}---\n${broken}`, 'a.yaml': broken })
    const places = result.findings.map(({ file, line }) => `${file}:${String(line).padStart(3)}`)
    expect(places.length).toBeGreaterThan(2)
    expect(places).toEqual(places.toSorted())
  })

  it('gives the same bundle for the same files (P-06)', () => {
    const files = { 'routes.json': routesJson(1), 'i.yaml': ingressYaml('i') }
    expect(JSON.stringify(build(files).bundle)).toBe(JSON.stringify(build(files).bundle))
  })
})

describe('whether rules may be served', () => {
  const warned = { 'i.yaml': ingressYaml('i') }

  it.each([
    { name: 'good ones', result: build(warned), strict: true, expected: true },
    { name: 'warnings', result: build(warned, 'other'), strict: false, expected: true },
    { name: 'warnings, strictly', result: build(warned, 'other'), strict: true, expected: false },
    { name: 'refused ones', result: build({ 'a.json': '{' }), strict: false, expected: false },
  ])('$name: $expected', ({ result, strict, expected }) => {
    expect(isAcceptable(result, strict)).toBe(expected)
  })
})
