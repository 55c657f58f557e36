/** Writes the help texts into the page about the command line: `node test/unit/docs/refresh-help.ts`. */
import { writeFileSync } from 'node:fs'
import { fillPage, PAGE, readPage } from './help-page.ts'

writeFileSync(PAGE, await fillPage(readPage()))
