/** llhttp through the class that node:http uses; no public module gives it. */

interface NativeParser {
  [callback: number]: unknown
  initialize(type: number, resource: object): void
  execute(bytes: Buffer, offset: number, length: number): number | Error
}

interface Common {
  readonly HTTPParser: {
    new (): NativeParser
    readonly REQUEST: number
    readonly RESPONSE: number
    readonly kOnHeadersComplete: number
    readonly kOnMessageComplete: number
  }
}

/** A function that parses one whole message of the kind; gives how many strings the fields are. */
export function createLlhttp(kind: 'request' | 'response'): (bytes: Buffer) => number {
  // The types leave the module out, because it is not for products (DEP0199).
  const load: (name: string) => object | undefined = (name) => process.getBuiltinModule(name)
  const { HTTPParser } = load('_http_common') as Common
  const parser = new HTTPParser()
  let taken = 0
  parser.initialize(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {})
  parser[HTTPParser.kOnHeadersComplete] = (_: number, __: number, fields: string[]) => {
    taken = fields.length
    return 0
  }
  parser[HTTPParser.kOnMessageComplete] = () => 0
  return (bytes) => {
    const read = parser.execute(bytes, 0, bytes.length)
    if (typeof read !== 'number') throw read
    return taken
  }
}
