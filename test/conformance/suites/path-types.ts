/** The path type table of Ingress: each rule path has a service of its own. */
import { request, type RequestCase } from '../case.ts'
import { ingress, readCases, serviceBackend } from './objects.ts'

interface Path {
  readonly path: string
  readonly pathType: string
}

interface Row {
  readonly row: number
  readonly paths: readonly Path[]
  readonly requests: readonly string[]
  readonly matches: boolean
  readonly winner?: Path
}

/** One case for each request of each row. */
export function pathTypeCases(): RequestCase[] {
  const { rows } = readCases('ingress-path-types') as { readonly rows: readonly Row[] } // the file's own shape
  return rows.flatMap((row) => row.requests.map((path) => toCase(row, path)))
}

function toCase({ row, paths, winner, matches }: Row, path: string): RequestCase {
  const rule = {
    host: 'paths.test',
    http: { paths: paths.map((one) => ({ ...one, backend: serviceBackend(serviceName(one)) })) },
  }
  return {
    type: 'request',
    id: `path-type-${row}-${path}`,
    text: `${path} ${matches ? 'is taken' : 'is not taken'}, row ${row}`,
    rules: {
      name: `path-type-${row}`,
      files: [ingress('paths', { rules: [rule] })],
      services: paths.map((one) => `default/${serviceName(one)}`),
    },
    needs: [],
    request: request({ path, host: 'paths.test' }),
    expect:
      winner === undefined
        ? { status: [404], servedBy: null }
        : { status: [200], servedBy: `default/${serviceName(winner)}` },
  }
}

/** A name that tells two paths apart. */
function serviceName({ path, pathType }: Path): string {
  return `${pathType}${path}`.toLowerCase().replaceAll('/', '-s') + 'x'
}
