/** The heads that are measured: as a browser behind a proxy asks, and as an application answers. */

/** A request of nine fields. */
export const REQUEST: Buffer = headOf(
  'GET /api/v1/items?page=2&sort=name HTTP/1.1',
  'Host: shop.example.com',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Accept: application/json, text/plain, */*',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=1',
  'Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl',
  'X-Forwarded-For: 203.0.113.7, 198.51.100.4',
  'Connection: keep-alive',
)

/** A response of nine fields without a body. */
export const RESPONSE: Buffer = headOf(
  'HTTP/1.1 200 OK',
  'Server: nginx',
  'Date: Sun, 22 Nov 2026 12:00:00 GMT',
  'Content-Type: application/json; charset=utf-8',
  'Content-Length: 0',
  'Connection: keep-alive',
  'ETag: W/"b2-8f1d2c3b4a5968778695a4b3c2d1e0f1"',
  'Vary: Accept-Encoding, Origin',
  'Cache-Control: private, max-age=60',
  'X-Request-Id: 0f8fad5b-d9cb-469f-a165-70867728950e',
)

/** 64 KiB of content in chunks of 4 KiB. */
export const CHUNKED: Buffer = Buffer.from(
  `${`1000\r\n${'x'.repeat(4096)}\r\n`.repeat(16)}0\r\n\r\n`,
  'latin1',
)

function headOf(...lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
