/** Bundles the Worker's modules into one as wrangler does, again whenever one of them changes. */
import { fileURLToPath } from 'node:url'
import { context, type BuildContext, type BuildResult, type Plugin } from 'esbuild'

/** This module's own ending: the source runs as it stands, the built package is JavaScript. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** Path of the Worker's entry module. */
export const WORKER_ENTRY: string = fileURLToPath(
  new URL(`../cloudflare/dev.${EXTENSION}`, import.meta.url),
)

/** One bundling. */
export type BundledCode =
  | { readonly type: 'code'; readonly code: string }
  /** What is wrong, a line or more for each mistake, with file and place. */
  | { readonly type: 'failed'; readonly messages: readonly string[] }

/** Code that is bundled as it changes. */
export interface WatchedCode {
  /** The first bundling. */
  readonly first: BundledCode
  close(): Promise<void>
}

/**
 * Bundles the module `entry` and everything it imports. `changed` takes every bundling after the
 * first whose code is another, and every one that fails.
 */
export async function watchCode(
  entry: string,
  changed: (bundled: BundledCode) => void,
): Promise<WatchedCode> {
  const first = Promise.withResolvers<BundledCode>()
  let before: string | undefined
  let started = false
  const take = (bundled: BundledCode): void => {
    const code = bundled.type === 'code' ? bundled.code : undefined
    const same = code !== undefined && code === before
    before = code ?? before
    if (started && !same) changed(bundled)
    started = true
    first.resolve(bundled)
  }
  const builds = await context({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2024',
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'silent',
    plugins: [told(take)],
  })
  await builds.watch()
  return { first: await first.promise, close: () => close(builds) }
}

async function close(builds: BuildContext): Promise<void> {
  await builds.cancel()
  await builds.dispose()
}

function told(take: (bundled: BundledCode) => void): Plugin {
  return {
    name: 'told',
    setup: (build) => build.onEnd((result) => take(bundledCode(result))),
  }
}

function bundledCode({ errors, outputFiles }: BuildResult): BundledCode {
  const code = outputFiles?.[0]?.text
  if (errors.length === 0 && code !== undefined) return { type: 'code', code }
  const messages = errors.map(({ text, location }) =>
    location === null
      ? text
      : `${location.file}:${location.line}:${location.column + 1}: error: ${text}`,
  )
  return { type: 'failed', messages }
}
