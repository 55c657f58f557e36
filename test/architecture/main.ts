/** Prints every import that breaks the order of folders, and exits 1 if there is one. */
import { readEdges } from './imports.ts'
import { findOffences, formatOffence } from './layers.ts'
import { listSources, root } from './files.ts'

const files = listSources()
const edges = await readEdges(root, files)
const offences = findOffences(edges)
for (const offence of offences) console.error(formatOffence(offence))
console.log(
  `${files.length} files, ${edges.length} imports, ${offences.length} against the order of folders`,
)
process.exitCode = offences.length === 0 ? 0 : 1
