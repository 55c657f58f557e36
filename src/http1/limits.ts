/** How much of a message is taken before it is refused, and what that protects. */
import { PosternError } from '../errors.ts'

/** Bounds on a head. Each is checked on bytes as they arrive, so nothing beyond it is held. */
export interface HeadLimits {
  /** Start line, fields and the empty line in bytes; more is 431. Default 16,384. */
  readonly maxHeadBytes: number
  /** Request target in bytes; more is 414. Default 8,192; pointless above `maxHeadBytes`. */
  readonly maxTargetBytes: number
  /** Field lines; more is 431. Default 100. A trailer section may have as many. */
  readonly maxFields: number
}

/** Bounds on what a chunked body carries beside content. The content has no bound here. */
export interface ChunkLimits {
  /**
   * Chunk extensions and leading zeros of chunk sizes in bytes, all of a body's together; more is
   * 400. Default 8,192. Without it a client keeps a connection at work without content
   * (CVE-2024-22019).
   */
  readonly maxExtensionBytes: number
  /** The trailer section in bytes; more is 431. Default 8,192. */
  readonly maxTrailerBytes: number
  /** Fields of the trailer section; more is 431. Default 100. */
  readonly maxFields: number
}

/** The defaults of heads. */
export const HEAD_LIMITS: HeadLimits = {
  maxHeadBytes: 16_384,
  maxTargetBytes: 8192,
  maxFields: 100,
}

/** The defaults of chunked bodies. */
export const CHUNK_LIMITS: ChunkLimits = {
  maxExtensionBytes: 8192,
  maxTrailerBytes: 8192,
  maxFields: 100,
}

/**
 * The limits with `changed` put over `defaults`. Throws `internal_error` for one that is no
 * positive integer: as NaN or zero it would refuse everything or nothing.
 */
export function resolveLimits<Limits extends object>(
  defaults: Limits,
  changed: Partial<Limits>,
): Limits {
  const limits: Limits = { ...defaults, ...changed }
  for (const name of Object.keys(defaults)) {
    const value: unknown = Reflect.get(limits, name)
    if (Number.isSafeInteger(value) && Number(value) > 0) continue
    throw new PosternError('internal_error', `${name} is ${String(value)}, no positive integer`)
  }
  return limits
}
