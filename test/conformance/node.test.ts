/** All cases on the Node adapter, over sockets. */
import { describeConformance } from './runner.ts'
import { createSocketTarget } from './targets/sockets.ts'
import { startNodeServer } from './wire/node-server.ts'

describeConformance(createSocketTarget('node', startNodeServer))
