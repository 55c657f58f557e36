/** Writes docs/hazards.md. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../architecture/files.ts'
import { findCoverage } from './coverage.ts'
import { PAGE, writePage } from './page.ts'

writeFileSync(join(root, PAGE), writePage(findCoverage()))
