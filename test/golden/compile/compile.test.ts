import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/compile/compile.ts'
import { cases } from './cases.ts'

// Refresh with `npx vitest run test/golden/compile --update`, and read the diff.
describe('the bundle of', () => {
  it.each(cases)('$name is the one on file', async ({ name, manifest, options }) => {
    const { bundle, findings } = compile(manifest, options)
    await expect(`${JSON.stringify({ bundle, findings }, undefined, 2)}\n`).toMatchFileSnapshot(
      `bundles/${name}.json`,
    )
  })
})
