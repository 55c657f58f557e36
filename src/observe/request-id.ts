/** Request identifiers: unique, cheap, and kept from a trusted proxy in front. */

/** 64 random bits a process, then a counter: unique without a random number for each request. */
export class RequestIds {
  readonly #prefix: string
  #count = 0

  /** `random` gives 0 ≤ x < 1 and is called four times, here alone. */
  constructor(random: () => number) {
    let prefix = ''
    for (let i = 0; i < 4; i++) prefix += hex(Math.floor(random() * 0x1_0000), 4)
    this.#prefix = prefix
  }

  /** 32 hexadecimal digits. */
  next(): string {
    this.#count++
    return this.#prefix + hex(this.#count, 16)
  }
}

const MAX_LENGTH = 128

/** Whether an inbound identifier may be kept: 1 to 128 of letters, digits and `-._:/+=`. */
export function isRequestId(value: string): boolean {
  if (value.length === 0 || value.length > MAX_LENGTH) return false
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i)
    const plain = (c >= 0x30 && c <= 0x3a) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a)
    if (!plain && c !== 0x2d && c !== 0x2e && c !== 0x5f && c !== 0x2f && c !== 0x2b && c !== 0x3d)
      return false
  }
  return true
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0')
}
