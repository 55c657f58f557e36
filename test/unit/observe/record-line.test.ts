import { describe, expect, it } from 'vitest'
import type { AccessRecord } from '../../../src/exchange.ts'
import { formatRecord } from '../../../src/observe/record-line.ts'

function record(parts: Partial<AccessRecord>): AccessRecord {
  return {
    time: '2026-03-03T10:00:00.000Z',
    requestId: '1',
    client: undefined,
    peer: '127.0.0.1',
    listener: 'web',
    method: 'GET',
    scheme: 'http',
    host: 'app.test',
    target: '/',
    protocol: 'HTTP/1.1',
    status: 200,
    reason: undefined,
    detail: undefined,
    route: undefined,
    backend: undefined,
    endpoint: undefined,
    attempts: 0,
    durationMs: 1.5,
    upstreamMs: undefined,
    requestBytes: 0,
    responseBytes: 0,
    userAgent: undefined,
    ...parts,
  }
}

describe('formatRecord', () => {
  it('gives JSON on one line, without what is not there', () => {
    const line = formatRecord(record({ target: '/"\n' }))
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(record({ target: '/"\n' }))))
    expect(line).not.toContain('userAgent')
  })

  it.each([2049, 5000])('cuts a value of %d characters and nothing else', (length) => {
    const { detail, target } = JSON.parse(
      formatRecord(record({ detail: 'd'.repeat(length), target: 't'.repeat(2048) })),
    ) as AccessRecord
    expect(detail).toBe(`${'d'.repeat(2048)}…`)
    expect(target).toBe('t'.repeat(2048))
  })

  it('escapes every mark that a terminal or a line reader acts upon, in short and long lines', () => {
    for (const userAgent of ['\u009b31m\u202e\u2028\u007f', `\u009b${'x'.repeat(3000)}`]) {
      const line = formatRecord(record({ userAgent }))
      expect(line).toContain(String.raw`\u009b`)
      expect(line).not.toMatch(/[\u007f-\u009f\u2028\u202e]/)
    }
  })
})
