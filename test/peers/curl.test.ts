/** curl in front of postern: what a real client does with framing, interim responses and trailers. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { UpstreamScript } from '../conformance/case.ts'
import { hazardRules } from '../conformance/suites/hazard-rules.ts'
import { startNodeServer } from '../conformance/wire/node-server.ts'
import { openUpstream } from '../conformance/wire/upstream.ts'
import type { ReceivedRequest } from '../conformance/target.ts'
import { requireProgram } from './program.ts'

/** Five MiB with a pattern that shows what is lost. */
const LARGE = Array.from({ length: 5 * 65_536 }, (_, i) => String(i).padStart(15, '.') + '\n').join(
  '',
)

describe('curl', () => {
  it('uploads in chunks', async () => {
    const { upstream } = await curl(['-H', 'Transfer-Encoding: chunked', '-T', '-'], {
      input: 'abc',
    })
    expect(upstream).toMatchObject([{ method: 'PUT', body: 'abc', complete: true }])
  })

  it('is told to go on before it sends a body', async () => {
    const args = ['-D', '-', '-o', '/dev/null', '-H', 'Expect: 100-continue', '--data', 'a=b']
    const { output, upstream } = await curl(args)
    expect(output).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
    expect(upstream).toMatchObject([{ method: 'POST', body: 'a=b' }])
  })

  it('gets the length of what HEAD leaves out', async () => {
    const { output } = await curl(['-I'])
    expect(output).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(output).toMatch(/\r\nContent-Length: [1-9]\d*\r\n/i)
  })

  it('uploads a large body whole', async () => {
    const { upstream } = await curl(['--data-binary', '@-'], { input: LARGE })
    expect(upstream.map(({ body }) => digest(body))).toEqual([digest(LARGE)])
  })

  it('downloads a large body whole', async () => {
    const bytes = `HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n${LARGE}`
    const { output } = await curl([], { script: { bytes, afterwards: 'keep' } })
    expect(digest(output)).toBe(digest(LARGE))
  })

  it('gets early hints and then the response', async () => {
    const bytes =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    const { output } = await curl(['-i'], { script: { bytes, afterwards: 'keep' } })
    expect(output).toMatch(/^HTTP\/1\.1 103 [^\r]*\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 /)
    expect(output).toMatch(/\r\n\r\nok$/)
  })

  it('gets trailers after the body', async () => {
    const bytes =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n'
    const { output } = await curl(['-D', '-'], { script: { bytes, afterwards: 'keep' } })
    expect(output).toMatch(/okX-Sum: 7\r\n/i)
  })

  it('notices a response that breaks off', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'
    const { code } = await curl([], { script: { bytes, afterwards: 'rst' } })
    // 18: a part of the transfer only. 56: failure while receiving.
    expect([18, 56]).toContain(code)
  })
})

interface Setting {
  readonly input?: string
  readonly script?: UpstreamScript
}

interface Result {
  readonly code: number
  readonly output: string
  readonly upstream: readonly ReceivedRequest[]
}

/** Runs curl against a postern of its own. */
async function curl(
  args: readonly string[],
  { input = '', script }: Setting = {},
): Promise<Result> {
  requireProgram('curl', '--version')
  const rules = hazardRules({})
  const upstream = await openUpstream({
    service: 'default/pub',
    ...(script === undefined ? {} : { script }),
  })
  const pods = rules.services.map((service) => ({ service, url: upstream.url }))
  const server = await startNodeServer(rules, pods, 1)
  const { port } = await server.admit({ gateway: undefined, peer: '127.0.0.1' })
  const url = `http://127.0.0.1:${port}/c`
  const usual = ['-sS', '--noproxy', '*', '--max-time', '20', '-H', 'Host: app.test']
  try {
    const { code, output } = await execute([...usual, ...args, url], input)
    return { code, output, upstream: upstream.requests() }
  } finally {
    await server.close()
    await upstream.close()
  }
}

function execute(
  args: readonly string[],
  input: string,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const options = { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 } as const
    const child = execFile('curl', args, options, (error, output) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output })
    })
    child.stdin?.end(input, 'latin1')
  })
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}
