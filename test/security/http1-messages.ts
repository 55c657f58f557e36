/** Messages to begin with, hostile and plain, and ways to make others of them. */

/** One seed; latin1, one character a byte. */
export interface Seed {
  readonly name: string
  readonly text: string
}

const HOST = 'Host: app.test\r\n'
const POST = `POST /p HTTP/1.1\r\n${HOST}`
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`

function withFields(...fields: readonly string[]): string {
  return `${POST}${fields.map((field) => `${field}\r\n`).join('')}\r\n`
}

/** Requests. Names carry the hazard they come from, where there is one. */
export const REQUEST_SEEDS: readonly Seed[] = [
  { name: 'plain', text: `GET /a?b=c HTTP/1.1\r\n${HOST}Accept: */*\r\n\r\n` },
  {
    name: 'a browser',
    text:
      `GET /search?q=1&r=%20 HTTP/1.1\r\n${HOST}User-Agent: Mozilla/5.0 (X11; Linux)\r\n` +
      'Accept: text/html,application/xhtml+xml;q=0.9\r\nAccept-Encoding: gzip, br\r\n' +
      'Cookie: a=1; b="2"\r\nConnection: keep-alive\r\nX-Empty:\r\nX-Blank: \t \r\n\r\n',
  },
  { name: 'HTTP/1.0', text: `GET / HTTP/1.0\r\n${HOST}Connection: keep-alive\r\n\r\n` },
  { name: 'pipelined', text: `${withFields('Content-Length: 2')}abGET / HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'obs-text', text: withFields('X: caf\xe9 \x80\x9f\xff', 'Content-Length: 0') },
  { name: 'close', text: withFields('Connection: close, x', 'Content-Length: 1') + 'a' },
  { name: 'close beside keep-alive', text: withFields('Connection: keep-alive, close') },
  { name: 'FR-01', text: `${withFields('Content-Length: 2', 'Content-Length: 3')}abc` },
  { name: 'FR-03', text: `${withFields('Content-Length: 2, 2')}ab` },
  { name: 'FR-04', text: `${withFields('Content-Length: +2')}ab` },
  { name: 'FR-06', text: `${withFields('Content-Length: 0x2')}ab` },
  { name: 'FR-08', text: withFields('Content-Length:') },
  { name: 'FR-11', text: withFields('Content-Length: 99999999999999999999') },
  { name: 'FR-13', text: `${withFields('Content-Length: 0002')}ab` },
  { name: 'FR-14', text: `${withFields('Content-Length: \t 2 \t')}ab` },
  { name: 'FR-16', text: `${POST} Content-Length: 2\r\n\r\nab` },
  { name: 'FR-17', text: `${withFields('Content-Length : 2')}ab` },
  { name: 'FR-18', text: `${withFields('Content-Length\x85: 2')}ab` },
  {
    name: 'FR-20',
    text: `${withFields('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  },
  {
    name: 'FR-21',
    text: `${withFields('Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
  },
  { name: 'FR-23', text: `${withFields('Transfer-Encoding: identity')}ab` },
  { name: 'FR-24', text: withFields('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') },
  { name: 'FR-25', text: `${withFields('Transfer-Encoding: gzip, chunked')}0\r\n\r\n` },
  { name: 'FR-26', text: `${withFields('Transfer-Encoding: chunked, gzip')}0\r\n\r\n` },
  { name: 'FR-28', text: `${withFields('Transfer-Encoding: ChUnKeD')}2\r\nab\r\n0\r\n\r\n` },
  { name: 'FR-31', text: `${withFields('Transfer-Encoding: \vchunked')}0\r\n\r\n` },
  { name: 'FR-33', text: `${withFields('Transfer-Encoding:\tchunked')}2\r\nab\r\n0\r\n\r\n` },
  { name: 'FR-34', text: `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n` },
  { name: 'FR-36', text: `${withFields('Transfer-Encoding:\r\n chunked')}0\r\n\r\n` },
  { name: 'FR-41', text: `${withFields('Transfer-\r\nEncoding: chunked')}0\r\n\r\n` },
  { name: 'FR-43', text: `${POST}X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n` },
  {
    name: 'a tab behind the coding',
    text: `${withFields('Transfer-Encoding: chunked\t')}0\r\n\r\n`,
  },
  { name: 'CH-01', text: `${CHUNKED}1;a=b;c="d\\"e";f\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-03', text: `${CHUNKED}1;a\rb\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-06', text: `${CHUNKED}1;a="\r\nx"\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-08', text: `${CHUNKED} 1\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-11', text: `${CHUNKED}+1\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-13', text: `${CHUNKED}10000000000000001\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-16', text: `${CHUNKED}1\r\nxy0\r\n\r\n` },
  { name: 'CH-18', text: `${CHUNKED}0000000000000000000000001\r\nx\r\n0\r\n\r\n` },
  { name: 'CH-21', text: `${CHUNKED}A\r\n0123456789\r\n0\r\nX-T: 1 \r\nY:\r\n\r\nGET` },
  { name: 'CH-22', text: `${CHUNKED}1\r\nx\r\n0\r\nContent-Length: 5\r\n\r\n` },
  { name: 'CH-23', text: `${CHUNKED}1\r\nx\r\n0\r\nX T: 1\r\n\r\n` },
  { name: 'CH-26', text: `${CHUNKED}1\r\rx\r\n0\r\n\r\n` },
  { name: 'bare line feeds in chunks', text: `${CHUNKED}1\nx\n0\n\n` },
  { name: 'SM-06', text: withFields('Transfer-Encoding: chunked', 'Transfer-Encoding: x') },
  { name: 'SM-16', text: `GET / HTTP/1.1\r\n${HOST}\rZGET /admin: HTTP/1.1\r\nHost: a\r\n\r\n` },
  {
    name: 'SM-07',
    text: `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /`,
  },
  { name: 'RL-01', text: 'GET /\r\n\r\n' },
  { name: 'RL-03', text: `GET / HTTP/2.0\r\n${HOST}\r\n` },
  { name: 'RL-06', text: `GET / RTSP/1.0\r\n${HOST}\r\n` },
  { name: 'RL-08', text: `GET / http/1.1\r\n${HOST}\r\n` },
  { name: 'RL-11', text: `G=":<>(e),[T];?" / HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'RL-14', text: `GET  / HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'RL-16', text: `GET / HTTP/1.1 \r\n${HOST}\r\n` },
  { name: 'RL-18', text: `\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'RL-23', text: `GET /a b HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'RL-28', text: `GET /\xff HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'RL-33', text: `GET ?x HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'RL-36', text: `GET http://alt.test:80/x?y HTTP/1.1\r\n${HOST}\r\n` },
  { name: 'two hosts', text: `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n` },
  { name: 'NUL in a value', text: withFields('X: a\0b') },
  { name: 'an empty name', text: withFields(': b') },
  {
    name: 'more fields than llhttp gives at once',
    text: withFields(...Array.from({ length: 40 }, (_, i) => `X-${i}: ${i}`)),
  },
]

/** Responses. */
export const RESPONSE_SEEDS: readonly Seed[] = [
  {
    name: 'plain',
    text: 'HTTP/1.1 200 OK\r\nDate: x\r\nServer: y\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK',
  },
  { name: 'no reason', text: 'HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n' },
  { name: 'no space either', text: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n' },
  { name: 'HTTP/1.0', text: 'HTTP/1.0 200 OK\r\n\r\nabc' },
  {
    name: 'chunked',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: u\r\n\r\nZ',
  },
  { name: 'UP-08', text: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n' },
  { name: 'UP-11', text: 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc' },
  { name: 'a body of an interim response', text: 'HTTP/1.1 104 X\r\nContent-Length: 3\r\n\r\nabc' },
  { name: '304', text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\nETag: "x"\r\n\r\n' },
  { name: 'UP-13', text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' },
  { name: 'UP-18', text: 'HTTP/1.1 200 OK\r\n\r\nabc' },
  {
    name: 'UP-20',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  },
  { name: 'UP-21', text: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd' },
  { name: 'UP-23', text: 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n' },
  { name: 'UP-26', text: 'HTTP/1.1 200 caf\xe9\r\nX: caf\xe9\r\nContent-Length: 0\r\n\r\n' },
  { name: 'UP-28', text: 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n' },
  { name: 'UP-46', text: 'HTTP/1.1 200 OK\r\n__proto__: x\r\nContent-Length: 0\r\n\r\n' },
  { name: 'not chunked', text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc' },
  { name: 'close', text: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na' },
  {
    name: '101',
    text: 'HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\0',
  },
  { name: 'bare line feeds', text: 'HTTP/1.1 200 OK\nContent-Length: 0\n\n' },
  { name: 'an empty line before', text: '\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
]

/** A generator of numbers in [0, 1) from a seed, so that a failure can be had again. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // mulberry32: https://github.com/cprosche/mulberry32 describes it.
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What parsers have stumbled over, to be put anywhere. */
const DICTIONARY: readonly string[] = [
  ['\r\n', '\n', '\r', '\r\n\r\n', '\r\n ', '\r\n\t', ' ', '\t', '\0', '\v', '\f', '\x7f', '\x80'],
  ['\x85', '\xa0', '\xff', ':', ';', ',', '"', '\\', '=', '%', '#', '?', '/', '*', '-', '0', '1'],
  [
    'a',
    'F',
    '0x',
    '+1',
    '00',
    '7fffffffffffffff',
    'ffffffffffffffff',
    ';a=b',
    ';a="b"',
    'X: y\r\n',
  ],
  ['HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/0.9', 'HTTP/2.0', 'http://', 'GET ', 'QUERY ', 'PRI '],
  ['Content-Length: 3\r\n', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n'],
  [
    'Transfer-Encoding: gzip\r\n',
    'Connection: close\r\n',
    'Connection: upgrade\r\n',
    'Host: b\r\n',
  ],
  ['Connection: keep-alive\r\n', 'Upgrade: x\r\n', ', chunked', 'chunked', 'identity', '0\r\n\r\n'],
].flat()

/** `text` with one to four changes, mostly one, of which a part comes from `other`. */
export function mutate(text: string, other: string, random: () => number): string {
  let mutated = text
  const changes = 1 + Math.floor(random() * random() * 4)
  for (let i = 0; i < changes; i++) mutated = change(mutated, other, random)
  return mutated
}

function change(text: string, other: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1))
  const length = Math.floor(random() * random() * 24)
  const word = DICTIONARY[Math.floor(random() * DICTIONARY.length)] ?? ''
  const byte = String.fromCharCode(Math.floor(random() * 256))
  switch (Math.floor(random() * 8)) {
    case 0:
      return text.slice(0, at) + byte + text.slice(at)
    case 1:
      return text.slice(0, at) + byte + text.slice(at + 1)
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + length)
    case 3:
      return text.slice(0, at + length) + text.slice(at)
    case 4:
      return text.slice(0, at) + other.slice(Math.floor(random() * other.length))
    case 5:
      return swapCase(text, at)
    default:
      return text.slice(0, at) + word + text.slice(random() < 0.5 ? at : at + word.length)
  }
}

function swapCase(text: string, at: number): string {
  const letter = text.charAt(at)
  const swapped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
  return text.slice(0, at) + swapped + text.slice(at + 1)
}
