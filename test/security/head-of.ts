import type { HttpVersion, RequestHead } from '../../src/head.ts'

/**
 * The head that these lines make, as a codec without opinions would give it: request line, then
 * fields. The body is taken to have the length that is stated, and an unknown one when chunked.
 */
export function headOf(requestLine: string, ...fieldLines: readonly string[]): RequestHead {
  const version = /HTTP\/(\d(?:\.\d)?)$/.exec(requestLine)?.[1] ?? '1.1'
  const [method = '', target = ''] = requestLine.split(' ')
  const fields = fieldLines.flatMap((line) => {
    const colon = line.indexOf(':', 1)
    return [line.slice(0, colon), line.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')]
  })
  const stated = fieldLines.find((line) => /^content-length:/i.test(line))
  const chunked = fieldLines.some((line) => /^transfer-encoding:/i.test(line))
  return {
    method,
    target,
    // The three versions are all that tests write.
    version: version as HttpVersion,
    fields,
    authority: undefined,
    bodyLength: chunked ? -1 : Number(stated?.split(':')[1] ?? 0) || 0,
  }
}
