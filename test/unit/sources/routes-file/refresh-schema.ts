/** Writes `routes.schema.json` anew: `npm run schema`. */
import { writeFileSync } from 'node:fs'

import { publishedSchema } from './published-schema.ts'

const target = new URL('../../../../routes.schema.json', import.meta.url)
writeFileSync(target, publishedSchema())
