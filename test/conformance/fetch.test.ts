/** All cases on the fetch engine, embedded in a server on Node. */
import { describeConformance } from './runner.ts'
import { createSocketTarget } from './targets/sockets.ts'
import { startFetchServer } from './wire/fetch-server.ts'

describeConformance(createSocketTarget('fetch', startFetchServer))
