/** The port to a place where rules are kept, as whoever serves them sees it. Knows no format. */

/** Reads what a publisher wrote: values under keys, of which one is the pointer. */
export interface RuleStoreReader {
  /**
   * The bytes under `key`, as the store had them at most `maxAgeSeconds` ago; `undefined` where
   * nothing is there. Rejects where the store cannot be reached. It may be called again at once
   * with a smaller age, which then has to look anew.
   */
  read(key: string, maxAgeSeconds: number): Promise<ArrayBuffer | undefined>
}
