/**
 * Lets `postern` be imported by its name in a checkout that was never built: what package.json
 * exports from `dist` is taken from the source. Loaded by `node --import`.
 */
import { registerHooks } from 'node:module'
import { sourceOf } from './source-of.ts'

registerHooks({
  resolve(specifier, context, next) {
    const source = sourceOf(specifier)
    return next(source ?? specifier, context)
  },
})
