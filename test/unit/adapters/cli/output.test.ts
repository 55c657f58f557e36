import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { countFindings, describeCounts, writeFindings } from '../../../../adapters/cli/findings.ts'
import { describeFault } from '../../../../adapters/cli/fault.ts'
import { describeAge } from '../../../../adapters/cli/get-ingress.ts'
import { writeTable } from '../../../../adapters/cli/table.ts'
import { streamOutput } from '../../../../adapters/cli/terminal.ts'
import type { Finding } from '../../../../src/errors.ts'
import { memoryOutput } from './memory-terminal.ts'

const finding: Finding = {
  severity: 'error',
  code: 'unknown-key',
  message: 'the key "a" is not known',
  object: 'routes[0]',
  file: 'routes.json',
  line: 3,
  column: 5,
  value: 'a',
  remedy: 'remove it',
}

function written(write: (output: ReturnType<typeof memoryOutput>) => void): string {
  const parts: string[] = []
  write(memoryOutput(parts))
  return parts.join('')
}

describe('findings', () => {
  it.each([
    [{}, 'routes.json:3:5: error unknown-key: the key "a" is not known\n  remedy: remove it\n'],
    [
      { line: 0 },
      'routes.json: error unknown-key: the key "a" is not known\n  remedy: remove it\n',
    ],
    [
      { file: '', object: '--service', severity: 'warning' as const, remedy: '' },
      '--service: warning unknown-key: the key "a" is not known\n',
    ],
    [{ file: '', object: '', message: 'm', remedy: '' }, 'postern: error unknown-key: m\n'],
  ])('%o', (changes, text) => {
    expect(written((output) => writeFindings([{ ...finding, ...changes }], output))).toBe(text)
  })

  it('cannot forge a line or move a terminal (G-14)', () => {
    const hostile = { file: 'a\n\u001b[2J', message: 'x\r\nerror', remedy: '\u009b31m\u202e' }
    const text = written((output) => writeFindings([{ ...finding, ...hostile }], output))
    // oxlint-disable-next-line no-control-regex -- controls are what it looks for
    expect(text.replaceAll('\n  ', ' ').trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  })

  it('are counted in words', () => {
    const all: Finding[] = []
    for (const severity of ['error', 'error', 'warning', 'info'] as const) {
      all.push({ ...finding, severity })
    }
    expect(describeCounts(countFindings(all))).toBe('2 errors, 1 warning, 1 note')
    expect(describeCounts(countFindings([]))).toBe('no findings')
  })
})

describe('a table', () => {
  it('aligns its columns and leaves no blanks at the end of a line', () => {
    const rows = [
      ['a', '1'],
      ['longer', ''],
    ]
    expect(written((output) => writeTable(['NAME', 'X'], rows, output))).toBe(
      'NAME    X\na       1\nlonger\n',
    )
  })
})

describe('styles', () => {
  it('are left out where nobody looks', () => {
    expect(streamOutput(new PassThrough()).style('red', 'x')).toBe('x')
  })
})

describe('an age', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [119, '119s'],
    [150, '2m30s'],
    [600, '10m'],
    [3 * 3600 + 5 * 60, '3h5m'],
    [30 * 3600, '30h'],
    [3 * 86_400, '3d'],
    [3 * 86_400 + 7200, '3d2h'],
    [100 * 86_400, '100d'],
    [800 * 86_400, '2y70d'],
  ])('of %i seconds is %s', (seconds, text) => {
    expect(describeAge(seconds * 1000)).toBe(text)
  })
})

describe('a fault', () => {
  it('is one line, and a stack for who asks', () => {
    const error = new Error('broken')
    expect(describeFault(error, {})).toBe(
      'postern: internal error: broken (POSTERN_DEBUG=1 shows where)',
    )
    expect(describeFault(error, { POSTERN_DEBUG: '1' })).toContain('output.test.ts')
    expect(describeFault(undefined, {})).toContain('undefined')
  })
})
