const POLYNOMIAL = 0x04c11db7;
const REMAINDERS = Int32Array.from({ length: 256 }, (_, index) => remainder(index << 24));

/** The checksum that `cksum` prints, of data that comes in parts. Source: POSIX, cksum. */
export class Cksum {
  #sum = 0;
  #length = 0;

  add(data: Uint8Array): void {
    this.#sum = after(this.#sum, data);
    this.#length += data.length;
  }

  /** Its length counts, too. */
  value(): number {
    const length: number[] = [];
    for (let rest = this.#length; rest > 0; rest = Math.floor(rest / 256)) length.push(rest % 256);
    return ~after(this.#sum, Uint8Array.from(length)) >>> 0;
  }
}

function after(sum: number, data: Uint8Array): number {
  let now = sum;
  // By index: gigabytes pass here.
  for (let index = 0; index < data.length; index += 1)
    now = (now << 8) ^ (REMAINDERS[((now >>> 24) ^ (data[index] ?? 0)) & 255] ?? 0);
  return now;
}

function remainder(value: number): number {
  let left = value;
  for (let bit = 0; bit < 8; bit += 1) left = left < 0 ? (left << 1) ^ POLYNOMIAL : left << 1;
  return left;
}
