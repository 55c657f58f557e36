/** All cases on the Node adapter, over sockets. */
import { describeConformance } from './runner.ts'
import { createNodeTarget } from './targets/node.ts'

describeConformance(createNodeTarget())
