/** Writes docs/runtimes.md. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../architecture/files.ts'
import { PAGE, writePage } from './page.ts'

writeFileSync(join(root, PAGE), writePage())
