/** Makes the JSON Schema that editors read out of the schema that the reader checks with. */
import { toJsonSchema } from '@valibot/to-json-schema'

import { DEFINITIONS, FileSchema } from '../../../../src/sources/routes-file/schema.ts'

/** Text of `routes.schema.json`. */
export function publishedSchema(): string {
  const { $schema, ...schema } = toJsonSchema(FileSchema, { definitions: { ...DEFINITIONS } })
  const title = 'Rules of postern (routes.json)'
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`
}
