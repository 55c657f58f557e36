/** What a test of published rules says to its Worker with each request. */
export interface Order {
  /** Name of the Worker. */
  readonly worker: string
  readonly kv: string
  /** The rules that it is built with. */
  readonly rules: string
  /** Milliseconds on its clock; behind a time already told nothing happens. */
  readonly nowMs: number
  /** Where the namespace `BEHIND_FETCH` asks for its values. */
  readonly url?: string
}

/** The field with an order in it. */
export const ORDER_FIELD = 'x-test-order'
