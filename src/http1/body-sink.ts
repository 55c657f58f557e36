/** Where content goes that a decoder takes out of a connection's bytes. */

/** Takes the content. */
export interface BodySink {
  /**
   * Takes `bytes[start]` up to `end`, at least one byte of content, which belong to the caller of
   * `push`: they are to be used or copied before this returns. It must not call the decoder.
   */
  content(bytes: Uint8Array, start: number, end: number): void
}
