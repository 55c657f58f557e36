/** All cases that need no bytes, on the core alone. */
import { describeConformance } from './runner.ts'
import { createCoreTarget } from './targets/core.ts'

describeConformance(createCoreTarget())
