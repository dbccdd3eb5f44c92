const POLYNOMIAL = 0x04c11db7;

/** The checksum that `cksum` prints, of data that comes in parts. Source: POSIX, cksum. */
export class Cksum {
  readonly #table = Array.from({ length: 256 }, (_, index) => remainder(index << 24));
  #sum = 0;
  #length = 0;

  add(data: Uint8Array): void {
    for (const byte of data) this.#sum = this.#next(this.#sum, byte);
    this.#length += data.length;
  }

  /** Its length counts, too. */
  value(): number {
    let sum = this.#sum;
    for (let rest = this.#length; rest > 0; rest = Math.floor(rest / 256)) sum = this.#next(sum, rest & 255);
    return ~sum >>> 0;
  }

  #next(sum: number, byte: number): number {
    return (sum << 8) ^ (this.#table[(sum >>> 24) ^ byte] ?? 0);
  }
}

function remainder(value: number): number {
  let left = value;
  for (let bit = 0; bit < 8; bit += 1) left = left < 0 ? (left << 1) ^ POLYNOMIAL : left << 1;
  return left;
}
