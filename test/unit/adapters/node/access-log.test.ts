import { once } from 'node:events'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccessLog } from '../../../../adapters/node/access-log.ts'
import { formatRecord } from '../../../../src/observe/record-line.ts'
import { createRecord } from '../../observe/records.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-log-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const RECORD = createRecord()

/** A stream that keeps each write, and may fail them. */
function memory(fails?: () => Error | undefined): { stream: Writable; writes: string[] } {
  const writes: string[] = []
  const stream = new Writable({
    autoDestroy: false,
    write(chunk: Buffer, _encoding, done) {
      const error = fails?.()
      if (error === undefined) writes.push(chunk.toString())
      done(error)
    },
  })
  return { stream, writes }
}

describe('a line', () => {
  test('holds what is known and nothing else', () => {
    expect(JSON.parse(formatRecord(RECORD))).toEqual(JSON.parse(JSON.stringify(RECORD)))
    expect(formatRecord(RECORD)).not.toContain('reason')
  })

  test.each([
    { name: 'a line end', value: 'a\r\n{"status":200}' },
    { name: 'an escape sequence', value: '\u001b[2J\u009b31m' },
    { name: 'DEL and a line separator', value: '\u007f\u2028\u2029' },
    { name: 'a change of direction', value: 'a\u202egpj.exe\u2066' },
    { name: 'half a character', value: '\ud800' },
  ])('cannot be broken by $name in a value', ({ value }) => {
    const line = formatRecord({ ...RECORD, userAgent: value })
    expect(line).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(line)).toMatchObject({ userAgent: value })
  })

  test('stays short whatever a client sends', () => {
    const line = formatRecord({ ...RECORD, target: 'x'.repeat(100_000) })
    expect(line.length).toBeLessThan(3000)
  })
})

describe('a stream', () => {
  test('gets the lines of one tick in one write', async () => {
    const { stream, writes } = memory()
    const log = createAccessLog({ target: '-', stdout: stream })
    log.write(RECORD)
    log.write({ ...RECORD, requestId: 'r2' })
    await log.close()
    expect(writes).toHaveLength(1)
    expect(writes[0]?.split('\n').map((line) => line && JSON.parse(line).requestId)).toEqual([
      'r1',
      'r2',
      '',
    ])
  })

  test('that fails costs its lines and nothing more', async () => {
    let broken = true
    const { stream, writes } = memory(() =>
      broken ? Object.assign(new Error('closed'), { code: 'EPIPE' }) : undefined,
    )
    const log = createAccessLog({ target: '-', stdout: stream })
    log.write(RECORD)
    log.write(RECORD)
    await once(stream, 'error')
    expect(log.dropped).toBe(2)
    broken = false
    log.write(RECORD)
    await log.close()
    expect(log.dropped + writes.length).toBe(3)
  })

  test('that does not take lines costs those beyond a bound', () => {
    const stream = new Writable({ write() {} })
    const log = createAccessLog({ target: '-', stdout: stream })
    // 256 are being written when the first of 10,000 begin to wait.
    for (let i = 0; i < 256 + 10_003; i++) log.write(RECORD)
    expect(log.dropped).toBe(3)
  })
})

describe('a file', () => {
  test('is appended to, and opened anew after it was moved away', async () => {
    const path = join(folder, 'access.log')
    const { stream } = memory()
    const log = createAccessLog({ target: path, stdout: stream })
    log.write(RECORD)
    await rename(path, `${path}.1`)
    log.reopen()
    log.write({ ...RECORD, requestId: 'r2' })
    await log.close()
    expect(await readFile(`${path}.1`, 'utf8')).toContain('"r1"')
    expect(await readFile(path, 'utf8')).toContain('"r2"')
  })

  test('that cannot be opened again leaves the old one in use', async () => {
    const path = join(folder, 'logs')
    const log = createAccessLog({ target: path, stdout: memory().stream })
    await rename(path, join(folder, 'old'))
    await rm(folder, { recursive: true })
    expect(() => log.reopen()).toThrow('ENOENT')
    log.write(RECORD)
    await log.close()
    expect(log.dropped).toBe(0)
    folder = await mkdtemp(join(tmpdir(), 'access-log-'))
  })

  test.skipIf(process.platform !== 'linux')('on a full disk costs lines, not service', async () => {
    const log = createAccessLog({ target: '/dev/full', stdout: memory().stream })
    log.write(RECORD)
    await log.close()
    expect(log.dropped).toBe(1)
  })

  test('that cannot be opened at the start is said at once', () => {
    const path = join(folder, 'no', 'such', 'folder')
    expect(() => createAccessLog({ target: path, stdout: memory().stream })).toThrow('ENOENT')
  })
})

test('off writes nothing', async () => {
  const { stream, writes } = memory()
  const log = createAccessLog({ target: 'off', stdout: stream })
  log.write(RECORD)
  await log.close()
  expect(writes).toEqual([])
})
