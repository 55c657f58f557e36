/** The entry that wrangler.toml names: the Worker over the rules that its build command has made. */
import rules from './bundle.generated.json'
import { createDataWorker, type DataWorker } from './data-worker.ts'

const worker: DataWorker = createDataWorker({
  rules,
  // Rules published there come before those built in.
  kv: 'KV',
  // A module of its own, three times the size of the rest: most rules have no pattern.
  loadPatterns: async () => (await import('./patterns.generated.js')).loadPatternCompiler(),
})

export default worker
